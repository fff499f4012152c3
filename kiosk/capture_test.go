package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"stationkeeper/internal/record"
	"stationkeeper/internal/touch"
	"stationkeeper/kiosk/attendance"
	"stationkeeper/kiosk/devices"
)

// commander is head office as it commands a kiosk.
type commander struct {
	*office
	t       *testing.T
	ctx     context.Context
	results chan record.Result
}

func newCommander(t *testing.T) *commander {
	t.Helper()
	c := &commander{office: mustOffice(t), t: t, ctx: limited(t), results: make(chan record.Result, 100)}
	hear := func(_ *mqtt.Client, _ packets.Subscription, p packets.Packet) {
		if r, err := record.DecodeResult(p.Payload); err == nil {
			c.results <- r
		}
	}
	if err := c.broker.Subscribe(record.Root+"/+/+/command/+/result", 2, hear); err != nil {
		t.Fatal(err)
	}
	return c
}

// send sends a command once there is a kiosk to take it.
func (c *commander) send(id, verb string) {
	c.t.Helper()
	c.until(func() bool { return len(c.broker.Topics.Subscribers(c.topic(id)).Subscriptions) > 0 })
	now := time.Now()
	payload, err := record.Command{ID: id, Verb: verb, By: "duty", Issued: now, Expires: now.Add(time.Hour)}.Encode()
	if err == nil {
		err = c.broker.Publish(c.topic(id), payload, false, 1)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *commander) topic(id string) string {
	return record.Topic{Station: touch.Station, Node: "kiosk", Kind: record.KindCommand, ID: id}.String()
}

func (c *commander) result(id, outcome string) {
	c.t.Helper()
	select {
	case r := <-c.results:
		if r.ID != id || r.Outcome != outcome {
			c.t.Errorf("answered %+v, want %s %s", r, id, outcome)
		}
	case <-c.ctx.Done():
		c.t.Fatalf("no answer to %s", id)
	}
}

func (c *commander) until(is func() bool) {
	c.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			c.t.Fatal("head office waits in vain")
		}
	}
}

// picture is the n-th one that head office has.
func (c *commander) picture(n int) record.ScreenData {
	c.t.Helper()
	c.until(func() bool { return c.count(record.ScreenCaptured) >= n })
	c.mu.Lock()
	defer c.mu.Unlock()
	var data record.ScreenData
	for _, r := range c.records {
		if r.Type != record.ScreenCaptured {
			continue
		}
		if n--; n == 0 {
			if err := json.Unmarshal(r.Data, &data); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	return data
}

// TestHeadOfficeSeesTheScreenAndRestartsIt commands the whole program.
func TestHeadOfficeSeesTheScreenAndRestartsIt(t *testing.T) {
	c := newCommander(t)
	k := lobbyOf(t, c.url)
	if _, err := k.Start(c.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := k.UntilReads(c.ctx, "缴费"); err != nil {
		t.Fatal(err)
	}
	c.send("a", attendance.VerbCapture)
	c.result("a", record.Done)
	seen := c.picture(1)
	m, err := png.Decode(bytes.NewReader(seen.Image))
	if err != nil || len(seen.Image) > attendance.MostPicture || seen.Masked || seen.Screen != "home" || seen.Width != 1080 || seen.Height != 1920 ||
		m.Bounds().Dx() < 400 || seen.Request != "a" || seen.By != "duty" {
		t.Errorf("%d bytes, %+v by %+v, %v", len(seen.Image), seen.Width, seen.Height, err)
	}

	// A customer types a number off a ticket.
	if _, err := k.Touch(c.ctx, "服务评价", "the survey", func(v touch.View) bool { return v.Screen == "survey" }); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Touch(c.ctx, "输入票号", "a keypad", func(v touch.View) bool { return v.Private }); err != nil {
		t.Fatal(err)
	}
	c.send("b", attendance.VerbCapture)
	c.result("b", record.Done)
	masked := c.picture(2)
	if !masked.Masked || masked.Width != 1080 || len(masked.Image) > 4000 {
		t.Errorf("masked %v, %d bytes", masked.Masked, len(masked.Image))
	}

	c.send("c", "door.unlock")
	c.result("c", record.Refused)
	c.until(func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.states[devices.Network].Value == "connected" && c.states[devices.Clock].Value == "synced" && c.states[devices.Display].Value == 1.0 &&
			c.states[devices.Disk].Unit == "GB"
	})

	c.send("d", attendance.VerbRestart)
	c.result("d", record.Done)
	if code, err := k.End(c.ctx); err != nil || code != 0 {
		t.Errorf("restarted: code %d, %v", code, err)
	}
	if _, err := k.Start(c.ctx); err != nil {
		t.Fatal(err)
	}
	c.send("d", attendance.VerbRestart) // the broker is unsure whether it came
	c.send("e", attendance.VerbCapture)
	c.result("e", record.Done)
	if n := c.count(record.CommandExecuted); n < 3 || n > 4 {
		t.Errorf("%d commands were carried out", n)
	}
}
