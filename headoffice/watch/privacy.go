package watch

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"stationkeeper/internal/record"
)

// hidden are the members of records' data that only those who may act are told, by type: what leads from one customer's
// answer to the clerk, what customers and those who see to their cases wrote, and pictures of a screen. A telephone number
// is masked instead.
var hidden = map[string][]string{
	record.SurveyAnswered: {"ticket", "request", "counter", "clerk"},
	record.ComplaintFiled: {"text", "phone", "ticket", "request"},
	record.CaseOpened:     {"from", "ticket", "note", "request"},
	record.CaseAssigned:   {"from", "ticket", "note", "request"},
	record.CaseNoted:      {"from", "ticket", "note", "request"},
	record.CaseOverdue:    {"from", "ticket", "note", "request"},
	record.CaseClosed:     {"from", "ticket", "note", "request"},
	record.ScreenCaptured: {"image"},
}

// memberPhone is the member that is masked and not left out.
const memberPhone = "phone"

// forEverybody is the data of a record as anybody may read it, and the members that were left out or masked.
func forEverybody(r record.Record) (data json.RawMessage, without []string) {
	private := hidden[r.Type]
	if private == nil {
		return r.Data, nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(r.Data, &members) != nil { // not what the type promises: nothing of it can be told apart
		return json.RawMessage(`{}`), slices.Clone(private)
	}
	for _, name := range slices.Collect(maps.Keys(members)) {
		// As the decoder that reads the data would find it: it does not tell capitals from others.
		if !slices.ContainsFunc(private, func(p string) bool { return strings.EqualFold(p, name) }) {
			continue
		}
		var phone string
		if strings.EqualFold(name, memberPhone) && json.Unmarshal(members[name], &phone) == nil {
			members[name], _ = json.Marshal(masked(phone)) // a string
		} else {
			delete(members, name)
		}
		without = append(without, name)
	}
	if without == nil {
		return r.Data, nil
	}
	slices.Sort(without)
	data, err := json.Marshal(members)
	if err != nil {
		return json.RawMessage(`{}`), without
	}
	return data, without
}

// masked is a telephone number that its owner recognises and nobody can ring: 138****1234.
func masked(phone string) string {
	digits := []rune(phone)
	switch n := len(digits); {
	case n == 0:
		return ""
	case n >= 9:
		return string(digits[:3]) + "****" + string(digits[n-4:])
	default:
		return "****" + string(digits[n-min(2, n/2):])
	}
}
