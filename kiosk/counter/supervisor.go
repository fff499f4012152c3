package counter

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/queue/staffing"
	"stationkeeper/kiosk/web"
)

// outlook is what a supervisor is told besides the queue: it follows the journal.
type outlook struct {
	journal Journal

	mu    sync.Mutex
	watch *staffing.Watch
	seq   uint64 // of the last record followed
}

func newOutlook(j Journal, rules queue.Rules) *outlook {
	return &outlook{journal: j, watch: staffing.NewWatch(rules)}
}

// readLimit is how many records are read at once.
const readLimit = 1000

// follow takes in what the journal has beyond what was followed before, and shows each record to others as well; nil for
// nobody.
func (o *outlook) follow(others func(record.Record)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.catchUp(others)
}

// catchUp is follow for who holds mu.
func (o *outlook) catchUp(others func(record.Record)) error {
	for {
		records, _, err := o.journal.Read(record.Events, o.seq, readLimit)
		if err != nil {
			return fmt.Errorf("read what has happened in the hall: %w", err)
		}
		if len(records) == 0 {
			return nil
		}
		for _, r := range records {
			o.seq = r.Seq
			o.watch.Learn(queue.Snapshot{}, r)
			if others != nil {
				others(r)
			}
		}
	}
}

// of is how the services of a snapshot do, and what should be done.
func (o *outlook) of(q queue.Snapshot, now time.Time) ([]staffing.Level, []staffing.Advice, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.catchUp(nil); err != nil {
		return nil, nil, err
	}
	q.At = now // waits go on while nothing happens
	return o.watch.Levels(q), o.watch.Advise(q), nil
}

// supervise answers with service levels, advice, and who is logged in.
func (s *server) supervise(w http.ResponseWriter, r *http.Request, _ actor) {
	now := s.Hall.Now()
	shown := s.Hall.Snapshot()
	levels, advice, err := s.outlook.of(shown.Queue, now)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := supervisorView{Now: now, Levels: []levelView{}, Advice: []adviceView{}, Staff: s.onDuty()}
	v.Survey.Count = shown.Survey.Count()
	if mean, ok := shown.Survey.Mean(); ok {
		v.Survey.Mean = &mean
	}
	for _, l := range levels {
		v.Levels = append(v.Levels, viewLevel(l))
	}
	for _, a := range advice {
		v.Advice = append(v.Advice, viewAdvice(a))
	}
	web.Answer(w, http.StatusOK, v)
}

func viewLevel(l staffing.Level) levelView {
	v := levelView{Service: l.Service, Within: l.Target.Within.Seconds(), Share: l.Target.Share, Agreed: l.Agreed,
		Today: viewShare(l.Today), Recent: viewShare(l.Recent), Waiting: l.Waiting, Late: l.Beyond, Longest: l.Longest.Seconds(),
		Arrivals: l.Arrivals, Serving: l.Serving.Seconds(), Met: l.Met()}
	return v
}

func viewShare(s staffing.Share) shareView {
	v := shareView{Called: s.Called, Within: s.Within}
	if share, ok := s.Of(); ok {
		v.Share = &share
	}
	return v
}

func viewAdvice(a staffing.Advice) adviceView {
	return adviceView{Action: string(a.Action), Counter: a.Counter, Service: a.Service, Reason: string(a.Reason), Since: a.Since,
		Within: a.Target.Within.Seconds(), Share: a.Target.Share, Waiting: a.Waiting, Arrivals: a.Arrivals, Serving: a.Serving.Seconds(),
		Open: a.Open, Now: viewOutlook(a.Now), Then: viewOutlook(a.Then)}
}

func viewOutlook(o staffing.Outlook) outlookView {
	return outlookView{Share: o.Share, Wait: o.Wait.Seconds()}
}

// onDuty are the sessions that last.
func (s *server) onDuty() []onDuty {
	found := []onDuty{}
	roster := s.door.roster()
	if roster == nil {
		return found
	}
	all, _ := s.door.all()
	for _, one := range all {
		if p, listed := roster.Find(one.Staff); listed {
			found = append(found, onDuty{Staff: one.Staff, Name: p.Name, Role: string(p.Role), Counter: one.Counter,
				Since: one.Since, Ends: known(one.Ends), Ending: one.ending(s.Hall.Now())})
		}
	}
	return found
}
