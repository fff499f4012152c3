package watch

import (
	"context"

	"stationkeeper/internal/record"
)

// addClocks says of each node whose clock is not believed since when that is so. A node tells whenever that changes, and
// when it starts.
func (w *watch) addClocks(ctx context.Context, e eye, station string, nodes []nodeView) error {
	told, err := w.Store.Latest(ctx, station, []string{record.ClockChanged, record.NodeStarted}, latestEvents)
	if err != nil {
		return err
	}
	for i := range nodes {
		for _, r := range told { // the latest first
			if r.Node != nodes[i].ID {
				continue
			}
			if r.Clock == record.Unsynced {
				nodes[i].Clock = e.t("clock.since", e.moment(r.Placed).Text)
			}
			break
		}
	}
	return nil
}
