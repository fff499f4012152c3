package attendance

import (
	"context"
	"log/slog"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/devices"
)

const (
	// lookEvery is how often devices are looked at. What each of them says of itself costs nothing to ask.
	lookEvery = 2 * time.Second
	// saveEvery is how often what is known of them is saved, besides at the end.
	saveUpkeepEvery = 15 * time.Minute
)

// sensing says what is seen of a device now. It must not block for long: it may ask the system, not a printer.
type sensing func(now record.Moment) devices.Observed

// unattended looks after a kiosk that nobody looks after: it turns what its devices say of themselves into points,
// records and alarms.
type unattended struct {
	upkeep *upkeep
	senses []sensing
	// show shows a point to head office; it must not block.
	show   func(point string, s record.State)
	moment func() record.Moment
	log    *slog.Logger
}

// run looks at the devices until ctx ends, and once more after that.
func (u *unattended) run(ctx context.Context) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	save := time.NewTicker(saveUpkeepEvery)
	defer save.Stop()
	failing := false
	for {
		if err := u.look(ctx); (err != nil) != failing {
			if failing = err != nil; failing {
				u.log.Error("what devices say cannot be written down, trying again", "error", err)
			}
		}
		select {
		case <-look.C:
		case <-save.C:
			if err := u.upkeep.save(); err != nil {
				u.log.Error("trying again", "in", saveUpkeepEvery, "error", err)
			}
		case <-ctx.Done():
			return u.upkeep.save()
		}
	}
}

func (u *unattended) look(ctx context.Context) error {
	now := u.moment()
	var seen []devices.Observed
	for _, sense := range u.senses {
		seen = append(seen, sense(now))
	}
	return u.upkeep.look(ctx, seen, now, u.show)
}
