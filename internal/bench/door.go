package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"stationkeeper/internal/record"
)

// What is asked of a door, and of the program that serves it.
const (
	mostToStrike  = 50  // ms, from a badge to the strike
	mostToDisk    = 50  // ms, from an edge of the door to the record on disk
	mostToPage    = 250 // ms, from there to head office's page
	mostBinary    = 15e6
	mostResident  = 30e6
	mostProcessor = 1 // % of a core
)

// measureDoor makes the rows on a real agent with a simulated room.
func (b *bench) measureDoor(ctx context.Context) (rows []row, foot []string, err error) {
	dir, err := b.room("door")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := b.openDoor(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	b.say("door: badges, idle")
	idle, err := s.badges(ctx, b.scale.Badges)
	if err != nil {
		return nil, nil, err
	}
	b.say("door: edges")
	edges, err := s.edges(ctx, b.scale.Badges)
	if err != nil {
		return nil, nil, err
	}
	own, err := s.ownCount(ctx)
	if err != nil {
		return nil, nil, err
	}
	still, err := b.measureStill(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	busy, note, err := b.badgesDuringDrain(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	rows = append(rows, shares("badge to strike, idle", idle, mostToStrike, fmt.Sprintf("%d badges", len(idle)))...)
	rows = append(rows, shares("badge to strike while draining", busy, mostToStrike, note)...)
	rows = append(rows, shares("door's edge to record on disk and at the broker", edges.disk, mostToDisk, own)...)
	rows = append(rows, shares("door's edge to head office's page", edges.page, mostToPage, fmt.Sprintf("%d edges", len(edges.page)))...)
	return append(rows, still...), []string{"Nothing goes to the broker that is not on disk: the time to the disk is that to the broker, at most."}, nil
}

// shares makes a row of the median and one of the slowest hundredth.
func shares(what string, took []time.Duration, most float64, note string) []row {
	return []row{
		{What: what + ", p50", Got: millis(quantile(took, 0.5)), Note: note},
		{What: what + ", p99", Got: millis(quantile(took, 0.99)), Target: atMost(most, inMillis)},
	}
}

// badgePause is from one badge to the next: the strike has locked again by then.
const badgePause = 60 * time.Millisecond

// badges holds the card to the reader again and again, and returns how long each took to open the strike.
func (s *doorSite) badges(ctx context.Context, n int) (took []time.Duration, err error) {
	for range n {
		d, err := s.badge(ctx)
		if err != nil {
			return nil, err
		}
		took = append(took, d)
		if err := pause(ctx, badgePause); err != nil {
			return nil, err
		}
	}
	return took, nil
}

// badge holds the card to the reader once, and waits until the strike has opened and locked.
func (s *doorSite) badge(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not within %s", patience))
	defer cancel()
	place := s.hand.Now()
	held, err := s.hand.Badge("in", doorCard)
	if err != nil {
		return 0, err
	}
	open, err := s.hand.Await(ctx, place, "strike", "open")
	if err != nil {
		return 0, err
	}
	_, err = s.hand.Await(ctx, place, "strike", "locked")
	return open.At - held, err
}

// edgeTimes are how long edges of the door took.
type edgeTimes struct{ disk, page []time.Duration }

// edges opens and closes the door, each when head office's page shows what was before.
func (s *doorSite) edges(ctx context.Context, n int) (e edgeTimes, err error) {
	page, err := s.readPage(ctx)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, page.close()) }()
	ear, err := listenTo(s.broker.addr, stationName, doorNode, record.DoorOpened, record.DoorClosed)
	if err != nil {
		return e, err
	}
	defer ear.close()
	for i := range n {
		open := i%2 == 0
		moved, err := s.hand.Door(open)
		if err != nil {
			return e, err
		}
		typ := record.DoorClosed
		if open {
			typ = record.DoorOpened
		}
		onDisk, err := ear.await(ctx, typ)
		if err != nil {
			return e, err
		}
		shown, err := page.await(ctx, open)
		if err != nil {
			return e, err
		}
		e.disk, e.page = append(e.disk, onDisk-moved), append(e.page, shown-moved)
		if err := pause(ctx, time.Duration(20+37*i%200)*time.Millisecond); err != nil { // at any time of the page's own pace
			return e, err
		}
	}
	return e, nil
}

// ownCount is what the agent itself says of how soon its events are on disk.
func (s *doorSite) ownCount(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.health+"/metrics", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask the agent how it is: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", fmt.Errorf("ask the agent how it is: %w", err)
	}
	const name = "stationkeeper_agent_event_durable_seconds"
	soon, err1 := parseField(text, name+`_bucket{le="0.05"}`)
	all, err2 := parseField(text, name+"_count")
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	return fmt.Sprintf("the agent's own count: %d of %d within %d ms of being noticed", soon, all, mostToDisk), nil
}

// measureStill makes the rows on what the agent is and takes while nothing happens.
func (b *bench) measureStill(ctx context.Context, s *doorSite) ([]row, error) {
	b.say("door: nothing happens for %s", b.scale.Still)
	info, err := os.Stat(filepath.Join(b.bin, "agent"))
	if err != nil {
		return nil, fmt.Errorf("find the agent: %w", err)
	}
	before, err := readUsage(s.agent.pid())
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := pause(ctx, b.scale.Still); err != nil {
		return nil, err
	}
	after, err := readUsage(s.agent.pid())
	if err != nil {
		return nil, err
	}
	used := after.since(before).CPU.Seconds() / time.Since(began).Seconds() * 100
	whole, own, err := memory(s.agent.pid())
	if err != nil {
		return nil, err
	}
	return []row{
		{What: "agent's file", Got: figure{Value: float64(info.Size()), Unit: bytesEach}, Target: atMost(mostBinary, bytesEach)},
		{What: "agent's memory", Got: figure{Value: float64(whole), Unit: bytesEach}, Target: atMost(mostResident, bytesEach),
			Note: figure{Value: float64(own), Unit: bytesEach, Of: "its own, without its file and the journal's pages"}.String()},
		{What: "agent's share of a core", Got: figure{Value: used, Unit: percent}, Target: atMost(mostProcessor, percent),
			Note: fmt.Sprintf("%d points, %s without an event", doorPoints, b.scale.Still)},
	}, nil
}

// memory is how many bytes of memory a process has, and how many of them are its own.
func memory(pid int) (whole, own int64, err error) {
	status, err := procFile(pid, "status")
	if err != nil {
		return 0, 0, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	kilobytes, err := parseField(status, "VmRSS:")
	if err != nil {
		return 0, 0, err
	}
	own, err = resident(pid)
	return kilobytes << 10, own, err
}

// badgesDuringDrain gives the agent a backlog and holds the card to the reader while it is sent.
func (b *bench) badgesDuringDrain(ctx context.Context, s *doorSite) (took []time.Duration, note string, err error) {
	b.say("door: a backlog of %s", spell(float64(b.scale.Backlog)))
	if err := s.stopAgent(); err != nil {
		return nil, "", err
	}
	if err := pour(ctx, s.data, b.scale.Backlog); err != nil {
		return nil, "", err
	}
	s.line.Refuse(true)
	if err := s.startAgent(ctx); err != nil {
		return nil, "", err
	}
	if _, err := s.badge(ctx); err != nil { // the agent has its documents
		return nil, "", err
	}
	before, err := s.office.metric(ctx, "headoffice_ingest_records_total")
	if err != nil {
		return nil, "", err
	}
	b.say("door: badges, draining")
	s.line.Refuse(false)
	if err := s.storedMore(ctx, before, 0); err != nil {
		return nil, "", err
	}
	began := time.Now()
	for stored := 0.; stored < float64(b.scale.Backlog); {
		d, err := s.badge(ctx)
		if err != nil {
			return nil, "", err
		}
		took = append(took, d)
		if len(took)%4 != 0 {
			continue
		}
		now, err := s.office.metric(ctx, "headoffice_ingest_records_total")
		if err != nil {
			return nil, "", err
		}
		stored = now - before
	}
	return took, fmt.Sprintf("%d badges in the %s s that %s records took", len(took), spell(time.Since(began).Seconds()),
		spell(float64(b.scale.Backlog))), nil
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
