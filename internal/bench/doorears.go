package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// mono is the kernel's monotonic clock, by which the simulated room tells its times.
func mono() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(fmt.Sprintf("the monotonic clock cannot be read: %v", err)) // there is no Linux without it
	}
	return time.Duration(t.Nano())
}

// ear hears at the broker what a program writes down, as far as its records are of some types.
type ear struct {
	client mqtt.Client
	types  []string
	heard  chan heardRecord
}

type heardRecord struct {
	typ string
	at  time.Duration
}

func listenTo(broker, station, node string, types ...string) (*ear, error) {
	e := &ear{types: types, heard: make(chan heardRecord, 1024)}
	e.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + broker).SetClientID("bench-ear").SetAutoReconnect(false))
	topic := record.Topic{Station: station, Node: node, Kind: record.KindUp, Stream: record.Events}.String()
	for _, step := range []func() mqtt.Token{e.client.Connect, func() mqtt.Token { return e.client.Subscribe(topic, 1, e.hear) }} {
		token := step()
		if !token.WaitTimeout(patience) {
			e.close()
			return nil, errors.New("listen at the broker: it does not answer")
		}
		if err := token.Error(); err != nil {
			e.close()
			return nil, fmt.Errorf("listen at the broker: %w", err)
		}
	}
	return e, nil
}

func (e *ear) close() { e.client.Disconnect(100) }

func (e *ear) hear(_ mqtt.Client, m mqtt.Message) {
	at := mono()
	batch, err := record.DecodeBatch(m.Payload())
	if err != nil {
		return // head office refuses it, and says so
	}
	for _, r := range batch.Records {
		if slices.Contains(e.types, r.Type) {
			select {
			case e.heard <- heardRecord{r.Type, at}:
			default: // nobody waits for so many
			}
		}
	}
}

// await waits for the next record of a type.
func (e *ear) await(ctx context.Context, typ string) (time.Duration, error) {
	late := time.After(patience)
	for {
		select {
		case h := <-e.heard:
			if h.typ == typ {
				return h.at, nil
			}
		case <-late:
			return 0, fmt.Errorf("%s did not arrive at the broker", typ)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// doorPage is a station's page at head office as a browser has it, as far as the door on it goes.
type doorPage struct {
	response *http.Response
	cancel   context.CancelFunc
	shown    chan shownDoor
	ended    chan error
}

type shownDoor struct {
	open bool
	at   time.Duration
}

// readPage opens the page's stream of updates.
func (s *doorSite) readPage(ctx context.Context) (*doorPage, error) {
	ctx, cancel := context.WithCancel(ctx)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.office.http+"/live/stations/"+stationName, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	p := &doorPage{cancel: cancel, shown: make(chan shownDoor, 1024), ended: make(chan error, 1)}
	if p.response, err = http.DefaultClient.Do(request); err != nil {
		cancel()
		return nil, fmt.Errorf("open head office's page: %w", err)
	}
	go func() { p.ended <- p.follow() }()
	_, err = p.next(ctx) // what stands at the beginning
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *doorPage) close() error {
	p.cancel()
	<-p.ended
	return p.response.Body.Close()
}

// follow reads events until the stream ends. The section of the doors is in those in which it looks different.
func (p *doorPage) follow() error {
	lines := bufio.NewScanner(p.response.Body)
	lines.Buffer(nil, 4<<20)
	var event strings.Builder
	for lines.Scan() {
		if lines.Text() != "" {
			event.WriteString(lines.Text() + "\n")
			continue
		}
		at := mono()
		if _, doors, found := strings.Cut(event.String(), `<hx-partial id="doors"`); found {
			doors, _, _ = strings.Cut(doors, "</hx-partial>")
			select {
			case p.shown <- shownDoor{strings.Contains(doors, "door-open"), at}:
			default: // nobody waits for so many
			}
		}
		event.Reset()
	}
	return lines.Err()
}

func (p *doorPage) next(ctx context.Context) (shownDoor, error) {
	select {
	case d := <-p.shown:
		return d, nil
	case err := <-p.ended:
		p.ended <- err // for close
		return shownDoor{}, fmt.Errorf("head office's page has ended: %w", err)
	case <-time.After(patience):
		return shownDoor{}, errors.New("head office's page does not change")
	case <-ctx.Done():
		return shownDoor{}, ctx.Err()
	}
}

// await waits until the page shows the door as it is.
func (p *doorPage) await(ctx context.Context, open bool) (time.Duration, error) {
	for {
		d, err := p.next(ctx)
		if err != nil || d.open == open {
			return d.at, err
		}
	}
}
