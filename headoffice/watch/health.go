package watch

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// healthTimeout is how long the database may take to answer before it counts as not answering.
const healthTimeout = 3 * time.Second

// health is the answer of /healthz.
type health struct {
	// Status is "ok", or "failing" when one of the checks is not "ok".
	Status  string `json:"status"`
	Version string `json:"version"`
	// Checks holds for each part "ok" or what is wrong with it.
	Checks map[string]string `json:"checks"`
}

// handleHealth registers what machines ask about head office itself.
func (w *watch) handleHealth(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, r *http.Request) {
		h := w.examine(r.Context())
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Cache-Control", "no-store")
		if h.Status != "ok" {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(rw).Encode(h)
	})
}

func (w *watch) examine(ctx context.Context) health {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	h := health{Status: "ok", Version: w.Version, Checks: map[string]string{"database": "ok", "ingest": "ok"}}
	if _, err := w.Store.Stations(ctx); err != nil {
		w.Log.Error("health: the database does not answer", "err", err)
		h.Checks["database"] = "does not answer, see the log"
	} else if w.Stats().Failing {
		h.Checks["database"] = "takes nothing, see the log; stations keep what they have until it does again"
	}
	if !w.Stats().Connected {
		h.Checks["ingest"] = "not connected to the broker"
	}
	for _, check := range h.Checks {
		if check != "ok" {
			h.Status = "failing"
		}
	}
	return h
}
