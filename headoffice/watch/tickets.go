package watch

import (
	"math"

	"stationkeeper/internal/record"
)

func (l language) issued(d record.TicketIssuedData) string {
	quote := ""
	if d.Quote != nil {
		quote = l.quote(*d.Quote)
	}
	return join(d.Number, l.service(d.Service), l.with("detail.class", l.class(d.Class)), l.t("detail.ahead", d.Ahead), quote)
}

// service and class name what every station may have in words, and everything else by its id.
func (l language) service(id string) string { return l.known("service.", id) }

func (l language) class(id string) string { return l.known("class.", id) }

func (l language) called(d record.TicketCalledData) string {
	return join(d.Number, l.counter(d.Counter), l.t("detail.waited", l.duration(d.Wait)), l.turn(d.Rule), l.with("detail.clerk", d.Clerk))
}

// turn says by which rule it was the customer's turn.
func (l language) turn(rule string) string {
	if l.has("turn." + rule) {
		return l.t("turn." + rule)
	}
	return l.with("detail.rule", rule)
}

func (l language) recalled(d record.TicketRecalledData) string {
	return join(d.Number, l.counter(d.Counter))
}

func (l language) served(d record.TicketServedData) string {
	next := ""
	if d.Next != nil {
		next = l.service(d.Next.Service)
	}
	return join(d.Number, l.counter(d.Counter), l.t("detail.serving", l.duration(d.Serving)), l.known("served.", d.Outcome), l.with("detail.next", next), l.with("detail.clerk", d.Clerk), d.Note)
}

func (l language) left(d record.TicketLeftData) string {
	reason := d.Reason
	if key := "left." + reason; l.has(key) {
		reason = l.t(key)
	}
	return join(d.Number, reason, l.t("detail.waited", l.duration(d.Wait)))
}

func (l language) counter(name string) string {
	if name == "" {
		return ""
	}
	return l.t("queue.counter", name)
}

// quote spells a range of minutes to wait; a customer who was promised nothing has none.
func (l language) quote(q record.Quote) string {
	if !q.Known {
		return ""
	}
	low, high := int(q.Low/60), int(math.Ceil(q.High/60)) // as people are told them
	if low == 0 {
		return l.t("detail.quotedone", high)
	}
	return l.t("detail.quoted", low, high)
}

func (l language) returned(d record.TicketReturnedData) string {
	place := l.t("detail.end")
	switch {
	case d.Place == 0:
		place = l.t("detail.front")
	case d.Place > 0:
		place = l.t("detail.place", d.Place)
	}
	return join(d.Number, l.counter(d.Counter), place)
}

func (l language) setAside(d record.TicketHeldData) string {
	return join(d.Number, l.counter(d.Counter), d.Reason)
}

func (l language) transferred(d record.TicketTransferredData) string {
	return join(d.Number, l.counter(d.Counter), l.with("detail.to", join(l.service(d.Service), l.counter(d.To))),
		l.t("detail.serving", l.duration(d.Serving)), d.Note)
}

func (l language) classed(d record.TicketClassedData) string {
	class := l.class(d.Class)
	if d.Class == "" {
		class = l.t("class.ordinary")
	}
	return join(d.Number, l.with("detail.class", class))
}

func (l language) undone(d record.TicketUndoneData) string {
	return join(d.Number, l.counter(d.Counter), l.known("action.", d.Action), l.with("detail.clerk", d.Clerk))
}

func (l language) quoted(d record.QueueQuotedData) string {
	return l.t("detail.quotes", len(d.Quotes))
}

func (l language) atCounter(d record.CounterData) string {
	return join(l.counter(d.Counter), l.with("detail.clerk", d.Clerk), l.known("reason.", d.Reason))
}

func (l language) appointment(d record.AppointmentData) string {
	late := ""
	switch minutes := math.Abs(d.Late); {
	case d.Late > 0:
		late = l.t("detail.late", l.duration(minutes))
	case d.Late < 0:
		late = l.t("detail.early", l.duration(minutes))
	}
	return join(d.Name, l.service(d.Service), late, d.Reason)
}

func (l language) staff(d record.StaffData) string {
	return join(l.with("detail.clerk", d.Staff), l.known("role.", d.Role), l.counter(d.Counter), l.method(d.Method), l.known("reason.", d.Reason))
}

func (l language) pageFailed(d record.PageFailedData) string {
	return join(d.Message, d.Where, l.times(uint64(max(0, d.Times))))
}
