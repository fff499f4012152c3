package counter

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/staff"
	"stationkeeper/kiosk/web"
)

// credentials are what somebody logs in with.
type credentials struct {
	Staff    string `json:"staff"`
	PIN      string `json:"pin"`
	Badge    string `json:"badge"`
	Counter  string `json:"counter"`
	TakeOver bool   `json:"take_over"`
}

func (c credentials) check() error {
	switch {
	case (c.Badge == "") == (c.Staff == ""):
		return errors.New("expected staff and pin, or badge")
	case c.Badge == "" && c.PIN == "":
		return errors.New("pin: is missing")
	case len(c.Staff) > maxTyped || len(c.PIN) > maxTyped || len(c.Badge) > maxTyped || len(c.Counter) > maxTyped:
		return fmt.Errorf("expected at most %d bytes for each", maxTyped)
	}
	return nil
}

// maxTyped is how long a number, PIN or badge can be, in bytes.
const maxTyped = staff.MaxCard

func (c credentials) method() string {
	if c.Badge != "" {
		return "badge"
	}
	return "pin"
}

// refusal is why somebody is not let in.
type refusal struct {
	status        int
	code, message string
	wait          time.Duration // until it makes sense to try again
}

func (r refusal) Error() string { return r.code + ": " + r.message }

func no(status int, code, format string, a ...any) refusal {
	return refusal{status: status, code: code, message: fmt.Sprintf(format, a...)}
}

// login begins a session and opens its counter.
func (s *server) login(w http.ResponseWriter, r *http.Request, _ actor) {
	var c credentials
	if !read(w, r, &c) {
		return
	}
	if err := c.check(); err != nil {
		web.Refuse(w, http.StatusBadRequest, "malformed", "body: "+err.Error())
		return
	}
	roster := s.door.roster()
	if roster == nil {
		web.Refuse(w, http.StatusNotFound, "no-login", "there is no roster: nobody has to log in")
		return
	}
	person, err := s.door.know(r.Context(), roster, c, address(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	begun, err := s.door.begin(r.Context(), person, c)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.setCookie(w, r, begun)
	me, ok := s.door.inSession(roster, begun.ID)
	if !ok {
		web.Refuse(w, http.StatusUnauthorized, "login-needed", "the session is over already")
		return
	}
	web.Answer(w, http.StatusOK, s.viewMe(me))
}

// finishing is how much longer than the session its cookie is kept, for the customer who is still at the counter.
const finishing = 4 * time.Hour

func (s *server) setCookie(w http.ResponseWriter, r *http.Request, begun session) {
	age := begun.Ends.Sub(s.Hall.Now()) + finishing
	http.SetCookie(w, &http.Cookie{Name: s.door.seal.cookie(), Value: s.door.seal.close(begun.ID), Path: "/", HttpOnly: true,
		SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil, MaxAge: int(age / time.Second)})
}

// address is what attempts are counted by: that of the computer, or of IPv6 its network, in which it can choose.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap(); ip.Is6() {
		if network, err := ip.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return ip.String()
}

// know is who somebody says they are, if that is so.
func (d *door) know(ctx context.Context, roster *staff.Roster, c credentials, address string) (staff.Person, error) {
	select {
	case d.lining <- struct{}{}:
		defer func() { <-d.lining }()
	default:
		return staff.Person{}, no(http.StatusServiceUnavailable, "too-many", "too many people log in at this moment, try again")
	}
	select {
	case d.checking <- struct{}{}:
		defer func() { <-d.checking }()
	case <-ctx.Done():
		return staff.Person{}, ctx.Err()
	}
	if wait, first := d.attempt(c.Staff, address); wait > 0 {
		if first {
			d.deny(ctx, roster, c, "too-many-attempts")
		}
		r := no(http.StatusTooManyRequests, "too-many-attempts", "too many attempts, wait %d s", seconds(wait))
		r.wait = wait
		return staff.Person{}, r
	}
	person, ok := d.prove(roster, c)
	if !ok {
		d.deny(ctx, roster, c, "")
		return staff.Person{}, no(http.StatusUnauthorized, "login-refused", "staff number, PIN or badge is wrong")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.attempts.Right(c.Staff, address, time.Now())
	return person, nil
}

func (d *door) prove(roster *staff.Roster, c credentials) (staff.Person, bool) {
	if c.Badge != "" {
		if len(d.Badges) == 0 {
			return staff.Person{}, false
		}
		return roster.Card(d.Badges, c.Badge)
	}
	return roster.PIN(c.Staff, c.PIN)
}

// attempt counts one, and says for how long to wait instead. Pauses go by the time that passes, whatever the station's
// clock is set to.
func (d *door) attempt(number, address string) (wait time.Duration, first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.attempts.Begin(number, address, time.Now())
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// deny writes down a refusal: of numbers that exist only, so that a PIN typed into the wrong field is in no journal. A
// journal that cannot be written refuses as well.
func (d *door) deny(ctx context.Context, roster *staff.Roster, c credentials, reason string) {
	data := record.StaffData{Counter: c.Counter, Method: c.method(), Reason: reason}
	if person, known := roster.Find(c.Staff); known {
		data.Staff, data.Role = person.Number, string(person.Role)
	}
	if data.Reason == "" {
		data.Reason = "unknown"
		if data.Staff != "" {
			data.Reason = "wrong-pin"
		}
	}
	if _, ok := counterOf(d.Hall.Snapshot().Queue, c.Counter); !ok {
		data.Counter = "" // whatever it is
	}
	if err := d.Hall.Note(ctx, record.NewEntry(record.StaffDenied, sourceStaff, d.Hall.Now(), data)); err != nil {
		d.Log.Error("a refused log-in could not be written down", "error", err)
	}
}

// begin begins a session of somebody who is known.
func (d *door) begin(ctx context.Context, p staff.Person, c credentials) (session, error) {
	now := d.Hall.Now()
	ends, on := p.Shift(now, d.Rules.Calendar.Zone)
	if !on {
		d.refuse(ctx, p, c, "off-shift")
		return session{}, no(http.StatusForbidden, "off-shift", "%s is not on shift at this time", p.Number)
	}
	services, err := d.suits(p, c.Counter)
	if err != nil {
		return session{}, err
	}
	if err := d.take(ctx); err != nil {
		return session{}, err
	}
	defer d.give()
	replaced, err := d.makeRoom(p, c)
	if err != nil {
		return session{}, err
	}
	begun := session{ID: newSession(), Staff: p.Number, Counter: c.Counter, Since: now, Ends: record.Stamp(ends)}
	var entries []record.Entry
	for _, old := range replaced {
		entries = append(entries, old.entry(record.StaffLoggedOut, record.StaffData{Reason: reasonTakenOver}, now))
	}
	entries = append(entries, begun.entry(record.StaffLoggedIn, record.StaffData{Role: string(p.Role), Method: c.method(), Ends: &begun.Ends}, now))
	if err := d.write(ctx, entries...); err != nil {
		return session{}, err
	}
	d.opening(ctx, begun, replaced, services)
	return begun, nil
}

func (d *door) refuse(ctx context.Context, p staff.Person, c credentials, reason string) {
	entry := record.NewEntry(record.StaffDenied, sourceStaff, d.Hall.Now(),
		record.StaffData{Staff: p.Number, Role: string(p.Role), Method: c.method(), Reason: reason})
	if err := d.Hall.Note(ctx, entry); err != nil {
		d.Log.Error("a refused log-in could not be written down", "error", err)
	}
}

// suits says which services a person serves at a counter, nil for all, or why they may not work there.
func (d *door) suits(p staff.Person, counter string) ([]string, error) {
	if counter == "" {
		if p.Role == staff.Clerk {
			return nil, no(http.StatusBadRequest, "counter-needed", "a clerk logs in at a counter: expected counter")
		}
		return nil, nil
	}
	at, ok := counterOf(d.Hall.Snapshot().Queue, counter)
	switch {
	case !ok:
		return nil, fmt.Errorf("%w %q", queue.ErrUnknownCounter, counter)
	case p.Role == staff.Reception || !p.WorksAt(counter):
		return nil, no(http.StatusForbidden, "not-allowed", "%s does not work at counter %s", p.Number, counter)
	case len(p.Services) == 0:
		return nil, nil
	}
	services := slices.DeleteFunc(slices.Clone(p.Services), func(id string) bool {
		return !slices.ContainsFunc(d.Hall.Snapshot().Queue.Services, func(s queue.ServiceView) bool { return s.ID == id }) || !at.Serves(id)
	})
	if len(services) == 0 {
		return nil, no(http.StatusForbidden, "not-allowed", "%s serves nothing that counter %s is for", p.Number, counter)
	}
	return services, nil
}

// makeRoom says which sessions end with the new one: the person's other one, and that of who is at the counter when it is
// over or a supervisor takes the counter over.
func (d *door) makeRoom(p staff.Person, c credentials) (replaced []session, err error) {
	d.mu.Lock()
	own, has := d.sessions.of(p.Number)
	other, taken := d.sessions.at(c.Counter)
	d.mu.Unlock()
	if has {
		if own.Counter != c.Counter && d.busy(own) {
			return nil, no(http.StatusConflict, "counter-busy", "%s still has a customer at counter %s", p.Number, own.Counter)
		}
		replaced = append(replaced, own)
	}
	if !taken || other.Staff == p.Number {
		return replaced, nil
	}
	roster := d.roster()
	over := roster != nil && d.over(roster, other, d.Hall.Now()) != ""
	if !over && !(p.Role == staff.Supervisor && c.TakeOver) {
		return nil, no(http.StatusConflict, "counter-taken", "%s works at counter %s", other.Staff, c.Counter)
	}
	return append(replaced, other), nil
}

// opening closes the counters that were left and opens the new one. What cannot be written down now comes about with the
// first call.
func (d *door) opening(ctx context.Context, begun session, replaced []session, services []string) {
	for _, old := range replaced {
		at, ok := counterOf(d.Hall.Snapshot().Queue, old.Counter)
		if !ok || old.Counter == begun.Counter || at.State == queue.CounterClosed || at.Clerk != old.Staff {
			continue
		}
		if _, err := d.Hall.Do(ctx, queue.CloseCounter{Counter: old.Counter, Reason: reasonTakenOver}); err != nil {
			d.Log.Error("counter could not be closed", "counter", old.Counter, "error", err)
		}
	}
	if begun.Counter == "" {
		return
	}
	if _, err := d.Hall.Do(ctx, queue.OpenCounter{Counter: begun.Counter, Clerk: begun.Staff, Services: services}); err != nil {
		d.Log.Error("counter could not be opened at log-in", "counter", begun.Counter, "error", err)
	}
}

// logout ends the session, or, while a customer is at its counter, lets it end with that customer.
func (s *server) logout(w http.ResponseWriter, r *http.Request, who actor) {
	var body struct{}
	if !read(w, r, &body) {
		return
	}
	if who.free {
		web.Refuse(w, http.StatusNotFound, "no-login", "there is no roster: nobody is logged in")
		return
	}
	pending, err := s.door.leave(r.Context(), who.session)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !pending {
		http.SetCookie(w, &http.Cookie{Name: s.door.seal.cookie(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil, MaxAge: -1})
	}
	web.Answer(w, http.StatusOK, map[string]bool{"pending": pending})
}

// leave ends a session now, or marks it to end with its customer.
func (d *door) leave(ctx context.Context, s session) (pending bool, err error) {
	if err := d.take(ctx); err != nil {
		return false, err
	}
	defer d.give()
	if !d.busy(s) {
		err := d.end(ctx, s, reasonLoggedOut)
		if err == nil || !errors.Is(err, queue.ErrCounterBusy) {
			return false, err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if lasts, ok := d.sessions[s.ID]; ok {
		lasts.leaving = true
		d.sessions[s.ID] = lasts
		d.tell()
	}
	return true, nil
}

func (s *server) me(w http.ResponseWriter, _ *http.Request, who actor) {
	web.Answer(w, http.StatusOK, s.viewMe(who))
}

// viewMe is who asks, for pages.
func (s *server) viewMe(a actor) meView {
	v := meView{Login: !a.free, Staff: a.Staff, Name: a.Name, Role: string(a.Role), Counter: a.Counter,
		Counters: []string{}, Services: []string{}, Ending: !a.free && a.ending(s.Hall.Now())}
	q := s.Hall.Snapshot().Queue
	for _, c := range q.Counters {
		if a.Role != staff.Reception && a.WorksAt(c.ID) {
			v.Counters = append(v.Counters, c.ID)
		}
	}
	for _, service := range q.Services {
		if len(a.Services) == 0 || slices.Contains(a.Services, service.ID) {
			v.Services = append(v.Services, service.ID)
		}
	}
	if !a.free {
		v.Ends = known(a.Ends)
	}
	return v
}
