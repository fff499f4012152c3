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
		l.known("method.", d.Method), l.with("detail.card", d.Card), l.with("detail.purpose", d.Purpose), d.Reason,
		strings.Join(d.Remarks, ", "), l.with("detail.by", d.By))
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
	return join(l.known("mode.", d.Mode), l.with("detail.by", d.By), d.Reason)
}

func (l language) maintenance(d record.MaintenanceData) string {
	return join(strings.Join(d.Points, ", "), l.with("detail.by", d.By),
		l.t("detail.until", d.Until.UTC().Format(time.DateTime+" MST")), d.Reason)
}

func (l language) config(d record.ConfigData) string {
	return join(l.t("detail.config", d.Version), strings.Join(d.Documents, ", "), l.with("detail.by", d.By), d.Reason)
}

func (l language) command(d record.CommandData) string {
	return join(d.Verb, l.with("detail.by", d.By), l.known("outcome.", d.Outcome), d.Reason)
}
