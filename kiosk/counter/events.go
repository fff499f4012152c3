package counter

import (
	"fmt"
	"net/http"
	"reflect"
	"time"

	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/web"
)

// maxWatchers bounds the open event streams.
const maxWatchers = 200

// calm is how long after a change was shown the next one waits: at most ten a second are shown, the latest always.
const calm = 100 * time.Millisecond

// retry is after how long a page that has lost its stream comes back.
const retry = 2 * time.Second

// events shows changes, and between them that the connection lives, until the client or the program goes or the session
// is over. Each page has a stream, a goroutine and a deadline of its own: one that does not read holds up nobody.
func (s *server) events(w http.ResponseWriter, r *http.Request, who actor) {
	select {
	case s.watchers <- struct{}{}:
		defer func() { <-s.watchers }()
	default:
		web.Refuse(w, http.StatusServiceUnavailable, "too-many", fmt.Sprintf("%d pages are open already", maxWatchers))
		return
	}
	latest, stop := s.Hall.Subscribe()
	defer stop()
	e := eventStream{server: s, Stream: web.NewStream(w), request: r}
	if _, err := fmt.Fprintf(w, "retry: %d\n\n", retry.Milliseconds()); err != nil {
		return // the page has gone
	}
	beat := time.NewTicker(web.BeatEvery)
	defer beat.Stop()
	snapshots, again := latest, (<-chan time.Time)(nil)
	for {
		_, changed := s.door.all()
		if !e.session() {
			return
		}
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			err = e.Beat()
		case <-changed:
		case <-again:
			snapshots, again = latest, nil
		case snapshot := <-snapshots:
			snapshots, again = nil, time.After(calm)
			err = e.queue(snapshot)
		}
		if err != nil {
			return // the page has gone; it will come back by itself
		}
	}
}

// eventStream is what one page is told.
type eventStream struct {
	*server
	*web.Stream
	request *http.Request
	told    *meView
}

// session tells who is logged in when that is new. It is false when the session is over or the page has gone.
func (e *eventStream) session() bool {
	who, ok := e.door.who(e.request)
	if !ok {
		return false
	}
	me := e.viewMe(who)
	if e.told != nil && reflect.DeepEqual(*e.told, me) {
		return true
	}
	e.told = &me
	return e.Send("session", "", me) == nil
}

func (e *eventStream) queue(h hall.Snapshot) error { return e.Send("queue", "", e.view(h)) }
