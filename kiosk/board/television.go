package board

import (
	"net/http"
	"strconv"
	"time"

	"stationkeeper/kiosk/hall"
	"stationkeeper/kiosk/web"
)

// television is the page for a hall's screen.
func (b *Board) television(w http.ResponseWriter, r *http.Request) {
	b.show(w, http.StatusOK, "board.html", boardPage{
		Title: b.Title, Words: television, Version: b.version, After: newest(b.Hall.Snapshot().Queue.Announced),
		Sound: b.Speech != nil && r.URL.Query().Get("sound") != "off",
	}, chinese)
}

// events tells a television of every call after the one that it knows, and of everything else as it is now.
func (b *Board) events(w http.ResponseWriter, r *http.Request) {
	after, ok := afterWhich(r)
	if !ok {
		web.Refuse(w, http.StatusBadRequest, "malformed", "after: expected the serial of a call")
		return
	}
	leave, ok := enter(b.televisions)
	if !ok {
		web.Refuse(w, http.StatusServiceUnavailable, "too-many", "too many televisions are connected already")
		return
	}
	defer leave()
	snapshots, stop := b.Hall.Subscribe()
	defer stop()
	stream, beat := web.NewStream(w), time.NewTicker(web.BeatEvery)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			err = stream.Send("beat", "", b.moment())
		case snapshot := <-snapshots:
			after, err = b.tell(stream, snapshot, after)
		}
		if err != nil {
			return // the television has gone; it will come back by itself
		}
	}
}

// afterWhich is the serial of the last call that the television has heard of: a browser that reconnects by itself says
// so in a header, and a page that begins in its address.
func afterWhich(r *http.Request) (uint64, bool) {
	said := r.Header.Get("Last-Event-ID")
	if said == "" {
		said = r.URL.Query().Get("after")
	}
	if said == "" {
		return 0, true
	}
	serial, err := strconv.ParseUint(said, 10, 64)
	return serial, err == nil
}

// tell sends the calls first: they are what the television is quick about. It returns the serial of the last call told.
// A snapshot holds all calls for which there may be a use, so those between two that it did not see are not missed.
func (b *Board) tell(stream *web.Stream, s hall.Snapshot, after uint64) (uint64, error) {
	for _, a := range since(s.Queue.Announced, after) {
		if err := stream.Send("call", strconv.FormatUint(a.Serial, 10), callEvent{b.moment(), b.viewCall(a)}); err != nil {
			return after, err
		}
		after = a.Serial
	}
	return after, stream.Send("board", "", b.view(s))
}
