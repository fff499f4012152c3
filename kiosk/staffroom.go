package main

import (
	"context"
	"errors"
	"fmt"
	"golang.org/x/sys/unix"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/audio"
	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/paper"
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/speech"
	"stationkeeper/kiosk/staff"
	"stationkeeper/ui/backroom"
	"stationkeeper/ui/lang"
)

// staffroom lets staff in at the touchscreen and does what they want.
type staffroom struct {
	Screen
	mu       sync.Mutex
	attempts *staff.Attempts
	checking sync.Mutex // a PIN takes memory: one at a time
}

func newStaffroom(s Screen) *staffroom {
	return &staffroom{Screen: s, attempts: staff.NewAttempts(staff.UsualLimits())}
}

// staffLetters are the capital letters that staff numbers have, in order; a roster that comes later brings none.
func staffLetters(roster *staff.Roster) string {
	if roster == nil {
		return ""
	}
	letters := map[rune]bool{}
	for _, p := range roster.People() {
		for _, char := range p.Number {
			if char >= 'A' && char <= 'Z' {
				letters[char] = true
			}
		}
	}
	return string(slices.Sorted(maps.Keys(letters)))
}

// here is where attempts at the touchscreen are counted.
const here = "touchscreen"

// Unlock tells who somebody is by staff number and PIN. Without a list of staff, nobody is let in.
func (r *staffroom) Unlock(ctx context.Context, number, pin string) (backroom.Clerk, error) {
	roster := r.Roster()
	if roster == nil {
		r.Log.Warn("nobody is let in at the touchscreen: there is no list of staff", "see", "staff_file")
		return backroom.Clerk{}, backroom.ErrDenied
	}
	r.checking.Lock()
	defer r.checking.Unlock()
	r.mu.Lock()
	wait, first := r.attempts.Begin(number, here, time.Now())
	r.mu.Unlock()
	if wait > 0 {
		if first {
			r.deny(ctx, roster, number, "too-many-attempts")
		}
		return backroom.Clerk{}, &backroom.TooManyError{Until: r.Hall.Now().Add(wait).In(r.Zone)}
	}
	person, ok := roster.PIN(number, pin)
	if !ok {
		r.deny(ctx, roster, number, "")
		return backroom.Clerk{}, backroom.ErrDenied
	}
	r.mu.Lock()
	r.attempts.Right(number, here, time.Now())
	r.mu.Unlock()
	clerk := backroom.Clerk{Number: person.Number, Name: person.Name, Role: string(person.Role)}
	return clerk, r.acted(ctx, clerk, "unlocked", "")
}

// deny writes down a refusal: of numbers that exist only, so that a PIN typed into the wrong field is in no journal.
func (r *staffroom) deny(ctx context.Context, roster *staff.Roster, number, reason string) {
	data := record.StaffData{Method: "pin", Reason: reason}
	if person, known := roster.Find(number); known {
		data.Staff, data.Role = person.Number, string(person.Role)
	}
	if data.Reason == "" {
		data.Reason = "unknown"
		if data.Staff != "" {
			data.Reason = "wrong-pin"
		}
	}
	if err := r.Hall.Note(ctx, record.NewEntry(record.StaffDenied, kioskSource, r.Hall.Now(), data)); err != nil {
		r.Log.Error("a refused log-in could not be written down", "error", err)
	}
}

// kioskSource is the source of what staff do at the touchscreen.
const kioskSource = "kiosk"

func (r *staffroom) acted(ctx context.Context, by backroom.Clerk, act, detail string) error {
	return r.Hall.Note(ctx, record.NewEntry(record.StaffActed, kioskSource, r.Hall.Now(), record.StaffActedData{Staff: by.Number, Act: act, Detail: detail}))
}

// mostReprints is how many tickets can be chosen from.
const mostReprints = 20

// Status is how things are now.
func (r *staffroom) Status(ctx context.Context) (backroom.Status, error) {
	s := backroom.Status{At: r.Hall.Now().In(r.Zone), Version: version, Started: r.Started.In(r.Zone), Printer: r.paperStatus(), Network: r.network(), Sound: sound(r.Player)}
	s.DiskFree, s.DiskSize = r.Disk()
	for _, l := range r.Lines.latest() {
		s.Log = append(s.Log, backroom.Line{At: l.at.In(r.Zone), Error: l.error, Text: l.text})
	}
	recent, err := r.Hall.Recent(ctx, mostReprints)
	if err != nil {
		return s, err
	}
	for _, t := range recent {
		s.Tickets = append(s.Tickets, backroom.Ticket{ID: t.ID, Number: t.Number, At: t.Issued.In(r.Zone), Service: names(r.Services[t.Service]).In(lang.Default)})
	}
	return s, nil
}

func (r *staffroom) paperStatus() backroom.Printer {
	forecast, ok := r.Paper.Forecast()
	if !ok {
		return backroom.Printer{State: backroom.Absent, PaperMM: -1, PaperDays: -1}
	}
	now := r.Paper.Status()
	s := backroom.Printer{State: backroom.Well, Reason: now.Reason, PaperMM: forecast.Left, PaperDays: forecast.Days}
	switch {
	case !now.Ready:
		s.State = backroom.Broken
	case now.NearEnd:
		s.State, s.Reason = backroom.Warned, "near-end"
	}
	return s
}

func (r *staffroom) network() backroom.Network {
	connected, waiting := r.Line()
	n := backroom.Network{State: backroom.Well, Since: connected, Waiting: waiting, Address: address()}
	if connected.IsZero() {
		n.State = backroom.Broken
	} else {
		n.Since = connected.In(r.Zone)
	}
	return n
}

// address is the machine's own on its network.
func address() string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range all {
		if network, ok := a.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
			return network.IP.String()
		}
	}
	return ""
}

func sound(p *audio.Player) backroom.State {
	if p == nil {
		return backroom.Absent
	}
	if fault, known := p.Fault(); known && fault != "" {
		return backroom.Broken
	}
	return backroom.Well
}

// errUnable is why something is not done here.
var errUnable = errors.New("this kiosk cannot do that")

// Act does what a clerk wants. What ends the program is written down before.
func (r *staffroom) Act(ctx context.Context, by backroom.Clerk, a backroom.Act) error {
	switch a.Kind {
	case backroom.Paper:
		return errors.Join(r.Paper.Replace(ctx, by.Number), r.acted(ctx, by, "paper", ""))
	case backroom.Reprint:
		return r.reprint(ctx, by, a)
	case backroom.TestPrint:
		return errors.Join(r.Paper.Test(ctx), r.acted(ctx, by, "test-print", ""))
	case backroom.SoundTest:
		return r.test(ctx)
	case backroom.Lock:
		return r.acted(ctx, by, "locked", "")
	case backroom.Restart:
		return r.end(ctx, by, "restart", func(context.Context) error { r.Stop(); return nil })
	case backroom.Leave:
		return r.end(ctx, by, "leave", func(ctx context.Context) error { return leave(ctx, r.Stop) })
	case backroom.ShutDown:
		return r.end(ctx, by, "shut-down", shutDown)
	}
	return fmt.Errorf("%w: %q", errUnable, a.Kind)
}

func (r *staffroom) reprint(ctx context.Context, by backroom.Clerk, a backroom.Act) error {
	t, ok := r.Hall.Ticket(ctx, a.Ticket)
	if !ok {
		return hall.ErrUnknownSecret
	}
	printed, err := r.Paper.Reprint(ctx, a.Ticket, printer.Chinese, a.Request)
	if err == nil && !printed {
		err = paper.ErrNoPrinter
	}
	return errors.Join(err, r.acted(ctx, by, "reprint", t.Number))
}

// test says something aloud.
func (r *staffroom) test(ctx context.Context) error {
	if r.Speaker == nil || r.Player == nil {
		return errUnable
	}
	wav, err := r.Speaker.Text(ctx, speech.Chinese, "声音正常")
	if err != nil {
		return err
	}
	return r.Player.Play(ctx, wav)
}

// end does what ends the program, after it is written down by whom: supervisors only.
func (r *staffroom) end(ctx context.Context, by backroom.Clerk, act string, do func(ctx context.Context) error) error {
	if by.Role != string(staff.Supervisor) {
		return backroom.ErrDenied
	}
	if err := r.acted(ctx, by, act, ""); err != nil {
		return err
	}
	return do(ctx)
}

// diskOf is what is free of the disk that a folder is on, and its size, in bytes; 0 when nobody can tell.
func diskOf(folder string) (free, size int64) {
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		return 0, 0
	}
	return int64(disk.Bavail) * disk.Bsize, int64(disk.Blocks) * disk.Bsize
}
