package main

import (
	"context"
	"errors"
	"os"
)

// rivalOnce lets others publish generated records to a broker of their own.
func (b *bench) rivalOnce(ctx context.Context, t rivalTask, listener bool) (d drained, err error) {
	room, err := b.room("rival")
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	broker, err := startMosquitto(ctx, b.mosquitto, within(room, "mosquitto"))
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, broker.stop()) }()
	t.Broker, t.Data = broker.url(), within(room, "data")
	if err := os.Mkdir(t.Data, 0o700); err != nil {
		return d, err
	}
	var listening *counter
	if listener {
		if listening, err = subscribe(broker.url(), "listener", true); err != nil {
			return d, err
		}
		defer listening.close()
	}
	p, err := startTask("rival", &t)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.answer(ctx, "ready", &struct{}{}); err != nil {
		return d, err
	}
	d.names, d.records = []string{"publisher", "mosquitto"}, t.Records
	device, err := deviceOf(b.dir)
	if err != nil {
		return d, err
	}
	err = d.observe(device, []int{p.pid(), broker.pid()}, func() error {
		if err := p.tell("publish"); err != nil {
			return err
		}
		var done published
		if err := p.answer(ctx, "published", &done); err != nil {
			return err
		}
		d.took = done.Took
		if listening == nil {
			return nil
		}
		const messages = memoryBatch
		_, err := listening.until(ctx, (t.Records+messages-1)/messages)
		return err
	})
	return d, err
}

// bridgeOnce lets a mosquitto at the station take records while the one at head office is away, and measures what
// comes through once that is back, from the first message to the last. Both keep a queue in memory and write it to
// disk when they end, as they come.
func (b *bench) bridgeOnce(ctx context.Context) (d drained, err error) {
	room, err := b.room("bridge")
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(room)) }()
	far, err := b.prepareFar(ctx, within(room, "far"))
	if err != nil {
		return d, err
	}
	near, err := newMosquitto(b.mosquitto, within(room, "near"), "persistence true", "persistence_location "+within(room, "near")+"/",
		"connection up", "address "+far.addr, "bridge_protocol_version mqttv311", "topic # out 1", "cleansession false",
		"restart_timeout 1", "notifications false")
	if err != nil {
		return d, err
	}
	if err := near.open(ctx); err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, near.stop()) }()
	d.records = b.scale.Bridge
	if err := b.publishTo(ctx, near, within(room, "data")); err != nil {
		return d, err
	}
	if err := far.open(ctx); err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, far.stop()) }()
	listening, err := subscribe(far.url(), farListener, false)
	if err != nil {
		return d, err
	}
	defer listening.close()
	d.took, err = listening.until(ctx, d.records)
	return d, err
}

// farListener is the client id of who listens at head office's end of a bridge.
const farListener = "listener"

// prepareFar returns a broker that has ended, and that knows a subscriber it will queue for when it is started again.
func (b *bench) prepareFar(ctx context.Context, dir string) (*mosquitto, error) {
	far, err := newMosquitto(b.mosquitto, dir, "persistence true", "persistence_location "+dir+"/")
	if err != nil {
		return nil, err
	}
	if err := far.open(ctx); err != nil {
		return nil, err
	}
	listening, err := subscribe(far.url(), farListener, false)
	if err == nil {
		listening.close()
	}
	return far, errors.Join(err, far.stop())
}

// publishTo publishes the bridge's records to a broker, one by one.
func (b *bench) publishTo(ctx context.Context, broker *mosquitto, dir string) (err error) {
	p, err := startTask("rival", &rivalTask{Broker: broker.url(), Way: oneByOne, Data: dir, Records: b.scale.Bridge})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.answer(ctx, "ready", &struct{}{}); err != nil {
		return err
	}
	if err := p.tell("publish"); err != nil {
		return err
	}
	return p.answer(ctx, "published", new(published))
}
