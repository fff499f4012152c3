package board

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"stationkeeper/kiosk/queue"
	"stationkeeper/kiosk/speech"
	"stationkeeper/kiosk/web"
)

// since are the announcements after a serial that a page may have missed, oldest first, without those taken back.
//
// When the newest of today is not even as new as the serial, the page remembers another journal, from before the kiosk's
// disk was replaced: serials began anew, and all of today's are after it.
func since(announced []queue.Announcement, serial uint64) []queue.Announcement {
	if len(announced) > 0 && announced[0].Serial < serial {
		serial = 0
	}
	var missed []queue.Announcement
	for _, a := range announced {
		if a.Serial <= serial {
			break // newest first
		}
		if !a.Withdrawn {
			missed = append(missed, a)
		}
	}
	slices.Reverse(missed)
	return missed
}

func newest(announced []queue.Announcement) uint64 {
	if len(announced) == 0 {
		return 0
	}
	return announced[0].Serial
}

// Pace is how much of a call is spoken.
type Pace string

const (
	full   Pace = "full"
	brisk  Pace = "brisk"
	quick  Pace = "quick"
	stroke Pace = "stroke"
)

func (b *Board) call(number, counter string, p Pace) speech.Call {
	name := web.Named(b.Counters, counter)
	c := speech.Call{Number: number, Counter: speech.Counter{ID: counter, Zh: name.Zh, En: name.En}, Languages: b.Languages}
	switch p {
	case brisk:
		c.Languages = c.Languages[:1]
	case quick:
		c.Languages, c.Short = c.Languages[:1], true
	case stroke:
		c.Languages, c.Short = nil, true
	}
	return c
}

// sound is a call as it is heard.
func (b *Board) sound(w http.ResponseWriter, r *http.Request) {
	p := Pace(r.URL.Query().Get("pace"))
	if !slices.Contains([]Pace{full, brisk, quick, stroke}, p) {
		web.Refuse(w, http.StatusBadRequest, "malformed", "pace: expected full, brisk, quick or stroke")
		return
	}
	serial, err := strconv.ParseUint(r.PathValue("serial"), 10, 64)
	if err != nil {
		web.Refuse(w, http.StatusBadRequest, "malformed", "serial: expected a number")
		return
	}
	announced := b.Hall.Snapshot().Queue.Announced
	i := slices.IndexFunc(announced, func(a queue.Announcement) bool { return a.Serial == serial && !a.Withdrawn })
	if i < 0 || b.Speech == nil {
		web.Refuse(w, http.StatusNotFound, "unknown-call", "there is no such call, or it is not spoken")
		return
	}
	wav, err := b.Speech.Say(r.Context(), b.call(announced[i].Number, announced[i].Counter, p))
	if err != nil {
		if r.Context().Err() == nil {
			b.Log.Error("a call could not be spoken", "number", announced[i].Number, "error", err)
		}
		web.Refuse(w, http.StatusInternalServerError, "failed", "the call could not be spoken")
		return
	}
	serveWAV(w, r, wav)
}

// Say is a call as a WAV file. The error says why it is not spoken in full: the chime is there unless ctx has ended, or
// nothing speaks here.
func (b *Board) Say(ctx context.Context, number, counter string, p Pace) ([]byte, error) {
	if b.Speech == nil {
		return nil, errors.New("nothing speaks here")
	}
	wav, err := b.Speech.Say(ctx, b.call(number, counter, p))
	if err != nil {
		return nil, fmt.Errorf("speak call %s: %w", number, err)
	}
	return wav, b.Speech.Fault()
}

// silence is a sound that nobody hears.
func silence(w http.ResponseWriter, r *http.Request) {
	const rate = 22050
	serveWAV(w, r, speech.EncodeWAV(speech.Sound{Rate: rate, Samples: make([]int16, rate/5)}))
}

func serveWAV(w http.ResponseWriter, r *http.Request, wav []byte) {
	w.Header().Set("Content-Type", "audio/wav")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(wav)) // browsers ask for parts of it
}

// prepared is for how many of the customers next at a counter the sentences are kept ready.
const prepared = 2

// Run keeps ready the sentences of calls that may come next, while there is a television to speak them, until ctx ends.
func (b *Board) Run(ctx context.Context) error {
	if b.Speech == nil {
		<-ctx.Done()
		return nil
	}
	snapshots, stop := b.Hall.Subscribe()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case snapshot := <-snapshots:
			if len(b.televisions) > 0 {
				b.prepare(ctx, snapshot.Queue)
			}
		}
	}
}

func (b *Board) prepare(ctx context.Context, s queue.Snapshot) {
	numbers := make(map[string]string, len(s.Waiting))
	for _, place := range s.Waiting {
		numbers[place.ID] = place.Number
	}
	for _, c := range s.Counters {
		if c.State != queue.CounterOpen {
			continue
		}
		for _, id := range c.Next[:min(prepared, len(c.Next))] {
			if b.Speech.Prepare(ctx, b.call(numbers[id], c.ID, full)) != nil {
				return // ctx has ended
			}
		}
	}
}
