package hall

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"stationkeeper/internal/desired"
	"stationkeeper/internal/record"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/queue/forecast"
	"stationkeeper/kiosk/survey"
)

// Memory keeps what the hall has learnt over weeks, longer than the journal keeps records.
type Memory interface {
	// Load returns what was saved last; nil when nothing was.
	Load() ([]byte, error)
	// Save replaces it, so that a power cut leaves the old or the new.
	Save(text []byte) error
}

// Follower is something else that is folded from the journal, such as how much paper is left. Its JSON is what it has
// learnt. The hall calls it while it has the turn: a follower may not ask anything of the hall then.
type Follower interface {
	// Apply folds a record in. At the start these are all that the journal holds, and remembered tells that UnmarshalJSON
	// has brought back what was learnt of it.
	Apply(r record.Record, remembered bool) error
	json.Marshaler
	// UnmarshalJSON takes up what was learnt; null is nothing.
	json.Unmarshaler
}

// saveEvery is how often what was learnt is saved. What the journal holds after it is learnt again at the next start.
const saveEvery = time.Hour

// learnt is what is folded from the journal and must outlive it, as of a seq.
type learnt struct {
	Seq       uint64                     `json:"seq"` // of the last event that is folded in
	Account   desired.Account            `json:"account"`
	Forecast  *forecast.Model            `json:"forecast"`
	Cases     *cases.State               `json:"cases,omitempty"`
	Survey    *survey.History            `json:"survey,omitempty"`
	Followers map[string]json.RawMessage `json:"followers,omitempty"`
}

func (h *Hall) nothingLearnt() learnt {
	zone := h.options.Rules.Calendar.Zone
	return learnt{
		Forecast: forecast.New(forecast.Options{Zone: zone, Rules: h.options.Rules}),
		Cases:    cases.New(h.options.Cases),
		Survey:   survey.NewHistory(zone),
	}
}

// recall restores what was learnt. A memory that cannot be read is only one that lags far behind.
func (h *Hall) recall() {
	h.learnt = h.nothingLearnt()
	if h.options.Memory == nil {
		return
	}
	text, err := h.options.Memory.Load()
	if err == nil && text != nil {
		err = json.Unmarshal(text, &h.learnt)
	}
	for name, f := range h.options.Followers {
		if kept, ok := h.learnt.Followers[name]; ok && err == nil {
			err = f.UnmarshalJSON(kept)
		}
	}
	if err == nil {
		return
	}
	h.options.Log.Warn("what was learnt is learnt anew from the journal", "error", err)
	h.learnt = h.nothingLearnt()
	for name, f := range h.options.Followers {
		if err := f.UnmarshalJSON([]byte("null")); err != nil {
			h.options.Log.Error("what was learnt of "+name+" may be counted twice", "error", err)
		}
	}
}

// lead tells the followers of a record.
func (h *Hall) lead(r record.Record, remembered bool) error {
	var errs []error
	for _, f := range h.options.Followers {
		errs = append(errs, f.Apply(r, remembered))
	}
	return errors.Join(errs...)
}

// Remember saves what was learnt. Run does it every hour; it is for the end of the program.
func (h *Hall) Remember() error {
	if h.options.Memory == nil {
		return nil
	}
	<-h.turn
	text, err := h.memorise()
	h.end()
	if err == nil {
		err = h.options.Memory.Save(text)
	}
	if err != nil {
		return fmt.Errorf("save what was learnt: %w", err)
	}
	return nil
}

func (h *Hall) memorise() ([]byte, error) {
	h.learnt.Followers = map[string]json.RawMessage{}
	for name, f := range h.options.Followers {
		text, err := f.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		h.learnt.Followers[name] = text
	}
	return json.Marshal(h.learnt)
}
