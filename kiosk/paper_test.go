package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/paper"
	"stationkeeper/kiosk/printer"
	"stationkeeper/kiosk/printer/virtual"
	"stationkeeper/kiosk/queue"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/theme"
)

// printing gives a kiosk a virtual printer on the network.
func printing(t *testing.T, o *Options, v virtual.Options) (peer *virtual.Printer, address string) {
	t.Helper()
	regular, bold, err := theme.Faces()
	if err != nil {
		t.Fatal(err)
	}
	v.Regular, v.Bold = regular, bold
	peer, err = virtual.New(v)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving := make(chan struct{})
	go func() {
		defer close(serving)
		peer.ServeTCP(t.Context(), listener)
	}()
	t.Cleanup(func() { <-serving; peer.Close() })
	o.Tickets.Printer = again(t, listener.Addr().String(), o)
	return peer, listener.Addr().String()
}

// again is the same printer for another run of the kiosk.
func again(t *testing.T, address string, o *Options) *printer.Printer {
	t.Helper()
	regular, bold, err := theme.Faces()
	if err != nil {
		t.Fatal(err)
	}
	p, err := printer.New(printer.Options{URL: "tcp://" + address, Regular: regular, Bold: bold, Log: o.Log})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tickets are the papers that say something: of what a connection before may have left, the printer cuts off a stub.
func tickets(peer *virtual.Printer) []virtual.Piece {
	return slices.DeleteFunc(peer.Pieces(), func(p virtual.Piece) bool { return len(p.Lines) == 0 })
}

// awaitReady waits until the printer would print.
func awaitReady(ctx context.Context, t *testing.T, p *paper.Paper) {
	t.Helper()
	for now := range p.Watch(ctx) {
		if now.Ready {
			return
		}
	}
	t.Fatal("the printer was never ready")
}

// papers are what a kiosk that has ended wrote down about paper.
func papers(t *testing.T, o Options) []string {
	t.Helper()
	var found []string
	for _, r := range events(t, o) {
		if r.Type != record.TicketPrinted && r.Type != record.TicketUnprinted {
			continue
		}
		var d record.PrintData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			t.Fatal(err)
		}
		found = append(found, fmt.Sprintf("%s %s %d %s", strings.TrimPrefix(r.Type, "ticket."), d.Number, d.Copy, d.Reason))
	}
	return found
}

func TestATicketIsOnPaperOnce(t *testing.T) {
	o := testOptions(t, nobody)
	peer, _ := printing(t, &o, virtual.Options{})
	o.Show = func(ctx context.Context, s Screen) error {
		awaitReady(ctx, t, s.Paper)
		d := desk{Screen: s, channel: record.ChannelLobby}
		ticket, err := d.TakeTicket(ctx, "payment", "one")
		if err != nil || !ticket.Paper {
			t.Fatalf("ticket %+v, %v", ticket, err)
		}
		for range 2 { // asked again, it is not printed again
			if printed, err := d.Print(ctx, ticket.ID, lang.English); err != nil || !printed {
				t.Errorf("printed %v, %v", printed, err)
			}
		}
		if again, err := d.TakeTicket(ctx, "payment", "one"); err != nil || again != ticket {
			t.Errorf("the same wish again: %+v, %v", again, err)
		}
		for range 2 {
			if printed, err := d.Reprint(ctx, ticket.ID, lang.Chinese, "copy"); err != nil || !printed {
				t.Errorf("reprinted %v, %v", printed, err)
			}
		}
		if forecast, ok := s.Paper.Forecast(); !ok || forecast.Printed < 50 || forecast.Left >= 50_000 {
			t.Errorf("after two papers %+v", forecast)
		}
		if _, err := d.Reprint(ctx, "nonsense", lang.Chinese, "other"); !errors.Is(err, queue.ErrUnknownTicket) {
			t.Errorf("a copy of no ticket: %v", err)
		}
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	if n := len(tickets(peer)); n != 2 {
		t.Errorf("%d papers came out, want the ticket and one copy", n)
	}
	if got, want := papers(t, o), []string{"printed B001 1 ", "printed B001 2 "}; !slices.Equal(got, want) {
		t.Errorf("written down: %q, want %q", got, want)
	}
}

func TestWithoutPaperTicketsAreOnTheScreenAlone(t *testing.T) {
	o := testOptions(t, nobody)
	peer, _ := printing(t, &o, virtual.Options{})
	o.Show = func(ctx context.Context, s Screen) error {
		awaitReady(ctx, t, s.Paper)
		d := desk{Screen: s, channel: record.ChannelLobby}
		for number, open := range []bool{false, true, false} {
			peer.Open(open)
			if !open {
				awaitReady(ctx, t, s.Paper)
			}
			request := fmt.Sprint(number)
			ticket, err := d.TakeTicket(ctx, "payment", request)
			if err != nil || ticket.Paper == open {
				t.Errorf("with the cover open, %v: ticket %+v, %v", open, ticket, err)
			}
			if printed, err := d.Print(ctx, ticket.ID, lang.Chinese); err != nil || printed == open {
				t.Errorf("with the cover open, %v: printed %v, %v", open, printed, err)
			}
		}
		return nil
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	if pieces := tickets(peer); len(pieces) != 2 {
		t.Errorf("%d papers came out, want those of the first and the last ticket", len(pieces))
	}
	if got, want := papers(t, o), []string{"printed B001 1 ", "unprinted B002 1 cover-open", "printed B003 1 "}; !slices.Equal(got, want) {
		t.Errorf("written down: %q, want %q", got, want)
	}
}

// TestARestartPrintsNothingByItself ends the kiosk between the ticket and its paper.
func TestARestartPrintsNothingByItself(t *testing.T) {
	o := testOptions(t, nobody)
	peer, address := printing(t, &o, virtual.Options{})
	var id string
	o.Show = func(ctx context.Context, s Screen) error {
		awaitReady(ctx, t, s.Paper)
		ticket, err := desk{Screen: s}.TakeTicket(ctx, "payment", "one")
		id = ticket.ID
		return err
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	o.Tickets.Printer = again(t, address, &o)
	o.Show = func(ctx context.Context, s Screen) error {
		awaitReady(ctx, t, s.Paper)
		printed, err := desk{Screen: s}.Reprint(ctx, id, lang.Chinese, "by staff")
		if !printed {
			t.Error("the copy that staff wanted did not come out")
		}
		return err
	}
	if err := Run(limited(t), o); err != nil {
		t.Fatal(err)
	}
	if pieces := tickets(peer); len(pieces) != 1 {
		t.Errorf("%d papers came out, want the copy", len(pieces))
	}
	if got, want := papers(t, o), []string{"unprinted B001 1 restart", "printed B001 2 "}; !slices.Equal(got, want) {
		t.Errorf("written down: %q, want %q", got, want)
	}
}
