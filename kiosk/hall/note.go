package hall

import (
	"context"
	"time"

	"stationkeeper/internal/desired"
	"stationkeeper/internal/record"
)

// Notice is something that everybody in the hall should read.
type Notice struct {
	ID     string
	Zh, En string
	// From and Until bound when it is shown; zero means no bound.
	From, Until time.Time
}

// current are the notices to be shown now.
func current(notices []Notice, now time.Time) []Notice {
	var shown []Notice
	for _, n := range notices {
		if !now.Before(n.From) && (n.Until.IsZero() || now.Before(n.Until)) {
			shown = append(shown, n)
		}
	}
	return shown
}

// SetNotices replaces the notices.
func (h *Hall) SetNotices(ctx context.Context, notices []Notice) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	h.notices = notices
	h.show()
	return nil
}

// Note writes down what others than the queue have to say, such as who logged in. When it returns without an error, it
// is on disk.
func (h *Hall) Note(ctx context.Context, entries ...record.Entry) error {
	if err := h.begin(ctx); err != nil {
		return err
	}
	defer h.end()
	return h.write(ctx, entries)
}

// Account writes down what is said of head office's documents, once: account returns what there is to write, given what
// the journal says already.
func (h *Hall) Account(ctx context.Context, account func(desired.Account) []record.Entry) (desired.Account, error) {
	if err := h.begin(ctx); err != nil {
		return desired.Account{}, err
	}
	defer h.end()
	err := h.write(ctx, account(h.learnt.Account))
	return h.learnt.Account, err
}
