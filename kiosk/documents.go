package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"stationkeeper/internal/desired"
	"stationkeeper/internal/document"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/appointments"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/information"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/staff"
	"stationkeeper/kiosk/survey"
)

// Names of the documents that the kiosk goes by.
const (
	documentStaff         = "staff"
	documentAppointments  = "appointments"
	documentNotices       = "notices"
	documentInformation   = "information"
	documentQuestionnaire = "questionnaire"
)

// documents are the lists that can be replaced while the kiosk runs: who may work at the counters, who comes at an agreed
// time, what everybody should read, and what customers are asked. Each of them is head office's, when it has sent one, and that of the station's
// own files otherwise.
type documents struct {
	*desired.Documents
	rules      queue.Rules
	ownStaff   []byte // nil: whoever reaches the counter page may call
	ownNotices []hall.Notice
	// The station's own information and questionnaire; nil for none.
	ownInformation, ownQuestionnaire []byte
	log                              *slog.Logger

	since  time.Time // when those in force were put into force; of keep
	roster atomic.Pointer[staff.Roster]
	wanted chan record.Desired // what head office has asked for last and is not dealt with
}

// lists are documents that have been read.
type lists struct {
	roster       *staff.Roster
	appointments []appointments.Appointment
	listed       bool // appointments is head office's list, which may be empty
	notices      []hall.Notice

	information   information.Information
	questionnaire *survey.Questionnaire // nil: the usual one
}

func newDocuments(o Options) *documents {
	return &documents{Documents: desired.In(o.Data), rules: o.Rules, ownStaff: o.Staff, ownNotices: o.Notices, log: o.Log,
		ownInformation: o.Information, ownQuestionnaire: o.Questionnaire,
		wanted: make(chan record.Desired, 1)}
}

// read makes lists of what head office wants, all of it or nothing.
func (d *documents) read(wanted record.Desired) (l lists, err error) {
	problems := []error{desired.Unknown(wanted, documentAppointments, documentInformation, documentNotices, documentQuestionnaire, documentStaff)}
	read := func(name string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("document %s: %w", name, err))
		}
	}
	l.roster, err = d.readStaff(wanted.Documents[documentStaff])
	read(documentStaff, err)
	if text, ok := wanted.Documents[documentAppointments]; ok {
		l.listed = true
		l.appointments, err = appointments.Parse(text)
		read(documentAppointments, err)
		for i, a := range l.appointments {
			if !known(d.rules, a.Service) {
				read(documentAppointments, fmt.Errorf("appointments[%d].service: unknown service %q", i, a.Service))
			}
		}
	}
	l.notices, err = d.readNotices(wanted.Documents[documentNotices])
	read(documentNotices, err)
	if text := either(wanted.Documents[documentInformation], d.ownInformation); text != nil {
		l.information, err = information.Parse(text)
		read(documentInformation, err)
	}
	if text := either(wanted.Documents[documentQuestionnaire], d.ownQuestionnaire); text != nil {
		l.questionnaire, err = survey.Parse(text)
		read(documentQuestionnaire, err)
	}
	return l, errors.Join(problems...)
}

func (d *documents) readStaff(text json.RawMessage) (*staff.Roster, error) {
	if text == nil {
		text = d.ownStaff
	}
	if text == nil {
		return nil, nil
	}
	roster, err := staff.Parse(text)
	if err != nil {
		return nil, err
	}
	var services, counters []string
	for _, s := range d.rules.Services {
		services = append(services, s.ID)
	}
	for _, c := range d.rules.Counters {
		counters = append(counters, c.ID)
	}
	if err := roster.Fits(services, counters); err != nil {
		d.log.Warn("the staff's list names what the station does not have; all others work as it says", "error", err)
	}
	return roster, nil
}

// either is head office's document, or the station's own.
func either(theirs, own []byte) []byte {
	if theirs != nil {
		return theirs
	}
	return own
}

func (d *documents) readNotices(text json.RawMessage) ([]hall.Notice, error) {
	if text == nil {
		return d.ownNotices, nil
	}
	return parseNotices(text)
}

// longestNotice bounds a notice, in bytes.
const longestNotice = 600

// parseNotices reads {"notices": [{"id", "zh", "en", "from"?, "until"?}]}.
func parseNotices(text []byte) ([]hall.Notice, error) {
	var list struct {
		Notices []struct {
			ID    string     `json:"id"`
			Zh    string     `json:"zh"`
			En    string     `json:"en"`
			From  *time.Time `json:"from"`
			Until *time.Time `json:"until"`
		} `json:"notices"`
	}
	var wrong document.Problems
	wrong.Strict(text, &list)
	var notices []hall.Notice
	for i, n := range list.Notices {
		path := fmt.Sprintf("notices[%d]", i)
		for name, value := range map[string]string{"id": n.ID, "zh": n.Zh, "en": n.En} {
			if value == "" || len(value) > longestNotice {
				wrong.Add(path+"."+name, "expected 1 to %d bytes of text", longestNotice)
			}
		}
		notice := hall.Notice{ID: n.ID, Zh: n.Zh, En: n.En}
		if n.From != nil {
			notice.From = *n.From
		}
		if n.Until != nil {
			notice.Until = *n.Until
		}
		if n.From != nil && n.Until != nil && !notice.From.Before(notice.Until) {
			wrong.Add(path+".until", "expected a time after from")
		}
		notices = append(notices, notice)
	}
	return notices, wrong.Err()
}

func known(rules queue.Rules, service string) bool {
	for _, s := range rules.Services {
		if s.ID == service {
			return true
		}
	}
	return false
}

// desired is called with what head office wants, and does not block: of several the last one counts.
func (d *documents) desired(wanted record.Desired) {
	for {
		select {
		case d.wanted <- wanted:
			return
		default:
		}
		select {
		case <-d.wanted:
		default:
		}
	}
}

// reporter tells head office what the node goes by.
type reporter interface {
	Report(r record.Reported)
}

// open puts into force what was so when the kiosk ended. Documents that were good once and no longer are (a service has
// been taken away) leave the station's own in force, and say so.
func (d *documents) open(ctx context.Context, h *hall.Hall, to reporter) error {
	var l lists
	wanted, err := d.Load(func(wanted record.Desired) (err error) {
		l, err = d.read(wanted)
		return err
	})
	if err == nil && wanted.Version > 0 {
		return d.adopt(ctx, h, to, wanted, l)
	}
	if err != nil {
		d.log.Error("head office's documents are not in force any more, the station's own are", "version", wanted.Version, "error", err)
	}
	own, ownErr := d.read(record.Desired{})
	if ownErr != nil {
		return fmt.Errorf("read the station's own lists: %w", ownErr)
	}
	if err := d.adopt(ctx, h, to, record.Desired{}, own); err != nil || wanted.Version == 0 {
		return err
	}
	return d.refuse(ctx, h, to, wanted, err)
}

// keep puts into force what head office wants, until ctx ends.
func (d *documents) keep(ctx context.Context, h *hall.Hall, to reporter) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case wanted := <-d.wanted:
			if err := d.take(ctx, h, to, wanted); err != nil && ctx.Err() == nil {
				d.log.Error("head office's documents could not be put into force", "version", wanted.Version, "error", err)
			}
		}
	}
}

func (d *documents) take(ctx context.Context, h *hall.Hall, to reporter, wanted record.Desired) error {
	var l lists
	err := d.Take(wanted, func(wanted record.Desired) (err error) {
		l, err = d.read(wanted)
		return err
	})
	switch {
	case errors.Is(err, desired.ErrOld):
		return d.account(ctx, h, to, func(desired.Account) []record.Entry { return nil })
	case err != nil:
		d.log.Error("head office's documents are refused, those of before stay", "version", wanted.Version, "error", err)
		return d.refuse(ctx, h, to, wanted, err)
	}
	return d.adopt(ctx, h, to, wanted, l)
}

// adopt puts lists into force and says so.
func (d *documents) adopt(ctx context.Context, h *hall.Hall, to reporter, wanted record.Desired, l lists) error {
	d.roster.Store(l.roster)
	d.since = h.Now()
	var errs []error
	if l.listed {
		_, err := h.Appoint(ctx, appointments.Merge{List: l.appointments})
		errs = append(errs, err)
	}
	errs = append(errs, h.SetNotices(ctx, l.notices), h.SetInformation(ctx, l.information, l.questionnaire), d.account(ctx, h, to, func(a desired.Account) []record.Entry {
		_, entries := a.Applied(wanted, h.Now())
		return entries
	}))
	return errors.Join(errs...)
}

func (d *documents) refuse(ctx context.Context, h *hall.Hall, to reporter, wanted record.Desired, reason error) error {
	return d.account(ctx, h, to, func(a desired.Account) []record.Entry {
		_, entries := a.Refuse(wanted, reason, h.Now())
		return entries
	})
}

// account writes down what is to be said and reports what is in force, and what was refused since.
func (d *documents) account(ctx context.Context, h *hall.Hall, to reporter, say func(desired.Account) []record.Entry) error {
	account, err := h.Account(ctx, say)
	to.Report(record.Reported{Version: d.InForce().Version, Since: d.since, Refused: account.Refused})
	return err
}
