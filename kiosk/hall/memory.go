package hall

import (
	"encoding/json"
	"fmt"
	"time"

	"stationkeeper/internal/desired"
	"stationkeeper/kiosk/queue/forecast"
)

// Memory keeps what the hall has learnt over weeks, longer than the journal keeps records.
type Memory interface {
	// Load returns what was saved last; nil when nothing was.
	Load() ([]byte, error)
	// Save replaces it, so that a power cut leaves the old or the new.
	Save(text []byte) error
}

// saveEvery is how often what was learnt is saved. What the journal holds after it is learnt again at the next start.
const saveEvery = time.Hour

// learnt is what is folded from the journal and must outlive it, as of a seq.
type learnt struct {
	Seq      uint64          `json:"seq"` // of the last event that is folded in
	Account  desired.Account `json:"account"`
	Forecast *forecast.Model `json:"forecast"`
}

// recall restores what was learnt. A memory that cannot be read is only one that lags far behind.
func (h *Hall) recall() {
	fresh := func() *forecast.Model {
		return forecast.New(forecast.Options{Zone: h.options.Rules.Calendar.Zone, Rules: h.options.Rules})
	}
	h.learnt = learnt{Forecast: fresh()}
	if h.options.Memory != nil {
		text, err := h.options.Memory.Load()
		if err == nil && text != nil {
			err = json.Unmarshal(text, &h.learnt)
		}
		if err != nil {
			h.options.Log.Warn("waiting times are learnt anew from the journal", "error", err)
			h.learnt = learnt{Forecast: fresh()}
		}
	}
}

// Remember saves what was learnt. Run does it every hour; it is for the end of the program.
func (h *Hall) Remember() error {
	if h.options.Memory == nil {
		return nil
	}
	<-h.turn
	text, err := json.Marshal(h.learnt)
	h.end()
	if err == nil {
		err = h.options.Memory.Save(text)
	}
	if err != nil {
		return fmt.Errorf("save what was learnt of waiting times: %w", err)
	}
	return nil
}
