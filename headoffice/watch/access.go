package watch

import (
	"strings"
	"time"

	"stationkeeper/internal/record"
)

// known is the word for a key that begins with prefix, or the name itself when there is none.
func (l language) known(prefix, name string) string {
	if key := prefix + name; name != "" && l.has(key) {
		return l.t(key)
	}
	return name
}

// why spells the reason of a fault: what the catalogue knows in words, and what the part itself said behind a colon as it
// is.
func (l language) why(reason string) string {
	if first, rest, ok := strings.Cut(reason, ": "); ok && !l.has("reason."+reason) && l.has("reason."+first) {
		return l.t("reason."+first) + l.t("list.colon") + rest
	}
	return l.known("reason.", reason)
}

// with is a sentence about something, unless there is nothing.
func (l language) with(key, about string) string {
	if about == "" {
		return ""
	}
	return l.t(key, about)
}

func (l language) input(d record.InputData) string {
	initial := ""
	if d.Initial {
		initial = l.t("detail.initial")
	}
	return join(l.known("input.", d.Kind), initial)
}

func (l language) access(d record.AccessData) string {
	visitor := ""
	if d.Visitor {
		visitor = l.t("detail.visitor")
	}
	return join(who(d.Name, d.Person), visitor, l.with("detail.second", d.Second), l.known("direction.", d.Direction),
		l.method(d.Method), l.with("detail.card", d.Card), l.with("detail.hash", d.Hash), l.with("detail.purpose", d.Purpose), l.known("reason.", d.Reason),
		l.remarks(d.Remarks), l.with("detail.by", d.By))
}

// method spells how access was asked for: the parts of "card+pin" each in words.
func (l language) method(method string) string {
	parts := strings.Split(method, "+")
	for i, part := range parts {
		parts[i] = l.known("method.", part)
	}
	return strings.Join(parts, l.t("method.and"))
}

func (l language) remarks(remarks []string) string {
	words := make([]string, len(remarks))
	for i, r := range remarks {
		words[i] = l.known("reason.", r)
	}
	return l.with("detail.remarks", strings.Join(words, l.t("list.comma")))
}

func (l language) register(d record.RegisterData) string {
	visitor, inside := "", ""
	if d.Visitor {
		visitor = l.t("detail.visitor")
	}
	if d.How != "" {
		inside = l.t("detail.inside", l.duration(d.Inside))
	}
	return join(who(d.Name, d.Person), visitor, l.with("detail.purpose", d.Purpose), inside, l.known("how.", d.How))
}

// who is a person's name and, where there is none, the id.
func who(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

func (l language) mode(d record.ModeData) string {
	return join(l.known("mode.", d.Mode), l.with("detail.by", d.By), l.known("reason.", d.Reason))
}

func (l language) maintenance(d record.MaintenanceData) string {
	return l.maintenanceUntil(d, d.Until.UTC().Format(time.DateTime+" MST"))
}

func (l language) maintenanceUntil(d record.MaintenanceData, until string) string {
	return join(l.places(d.Points), l.with("detail.by", d.By), l.with("detail.until", until), d.Reason)
}

func (l language) config(d record.ConfigData) string {
	return join(l.t("detail.config", d.Version), strings.Join(d.Documents, ", "), l.with("detail.by", d.By), d.Reason)
}

func (l language) command(d record.CommandData) string {
	return join(l.known("verb.", d.Verb), l.with("detail.by", d.By), l.known("outcome.", d.Outcome), l.known("reason.", d.Reason))
}
