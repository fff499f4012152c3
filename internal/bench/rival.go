package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/autopaho/queue/file"
	paho5 "github.com/eclipse/paho.golang/paho"
	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/internal/record"
)

// rivalTask publishes generated records in one of the ways that others do it. On the order "publish" it does so and
// answers "published" when the broker has confirmed the last one.
type rivalTask struct {
	Broker string
	// Way is one of the constants below.
	Way string
	// Data is a folder for what the way keeps on disk.
	Data    string
	Records int
}

const (
	// inMemory and inMemoryReady send messages of memoryBatch records, memoryWindow of them unconfirmed: out of records that are
	// spelled as JSON when they are sent, and out of JSON that was there before.
	inMemory      = "memory"
	inMemoryReady = "memory-ready"
	// fileStore and oneByOne send a message per record, singleWindow of them unconfirmed: with paho's store of files, and
	// without any.
	fileStore = "filestore"
	oneByOne  = "single"
	// fileQueue hands each record to autopaho's queue of files.
	fileQueue = "filequeue"
)

const (
	memoryBatch, memoryWindow = 100, 10
	singleWindow              = 100
	rivalTopic                = "rival/records"
)

// published is how long it took from the first publication on.
type published struct {
	Took time.Duration
}

func (t *rivalTask) play(ctx context.Context, orders *bufio.Scanner, answer func(string, any) error) error {
	records, err := t.records()
	if err != nil {
		return err
	}
	publish, hangUp, err := t.connect(ctx, records)
	if err != nil {
		return err
	}
	if err := answer("ready", struct{}{}); err != nil {
		return err
	}
	for orders.Scan() {
		began := time.Now()
		if err := publish(); err != nil {
			return err
		}
		if err := answer("published", published{time.Since(began)}); err != nil {
			return err
		}
	}
	return errors.Join(orders.Err(), hangUp())
}

// source gives the next n records as JSON, joined by commas; empty when there are no more.
type source func(n int) ([]byte, error)

// records returns what gives the records.
func (t *rivalTask) records() (source, error) {
	if t.Way == inMemory {
		return spelling(openHall(1).records(t.Records)), nil
	}
	lines, err := openHall(1).lines(t.Records)
	return func(n int) ([]byte, error) {
		some := lines[:min(n, len(lines))]
		lines = lines[len(some):]
		if len(some) == 1 {
			return some[0], nil
		}
		return bytes.Join(some, []byte{','}), nil
	}, err
}

// spelling spells records when they are asked for, as an application does that hands what it has in memory to paho.
func spelling(records []record.Record) source {
	return func(n int) ([]byte, error) {
		var text []byte
		some := records[:min(n, len(records))]
		records = records[len(some):]
		for i, r := range some {
			if i > 0 {
				text = append(text, ',')
			}
			line, err := json.Marshal(r)
			if err != nil {
				return nil, err
			}
			text = append(text, line...)
		}
		return text, nil
	}
}

// connect returns what publishes the records over a connection that stands.
func (t *rivalTask) connect(ctx context.Context, records source) (publish, hangUp func() error, err error) {
	where, err := url.Parse(t.Broker)
	if err != nil {
		return nil, nil, err
	}
	if t.Way == fileQueue {
		return connectQueue(ctx, where, t.Data, records)
	}
	options := mqtt.NewClientOptions().AddBroker("tcp://" + where.Host).SetClientID("rival-" + t.Way).
		SetCleanSession(false).SetOrderMatters(false)
	if t.Way == fileStore {
		options.SetStore(mqtt.NewFileStore(filepath.Join(t.Data, "store")))
	}
	client := mqtt.NewClient(options)
	if err := finish(client.Connect()); err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	batch, window := 1, singleWindow
	if t.Way == inMemory || t.Way == inMemoryReady {
		batch, window = memoryBatch, memoryWindow
	}
	publish = func() error { return publishAll(client, records, batch, window) }
	return publish, func() error { client.Disconnect(250); return nil }, nil
}

func finish(token mqtt.Token) error {
	if !token.WaitTimeout(patience) {
		return fmt.Errorf("no answer after %s", patience)
	}
	return token.Error()
}

// publishAll publishes messages of batch records each, and waits until the broker has confirmed the last. At most
// window of them are unconfirmed at a time.
func publishAll(client mqtt.Client, records source, batch, window int) error {
	room := make(chan struct{}, window)
	var waiting sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for {
		payload, err := records(batch)
		if err != nil || len(payload) == 0 {
			waiting.Wait()
			return errors.Join(failed, err)
		}
		room <- struct{}{}
		token := client.Publish(rivalTopic, 1, false, payload)
		waiting.Go(func() {
			err := finish(token)
			mu.Lock()
			failed = errors.Join(failed, err)
			mu.Unlock()
			<-room
		})
	}
}

// connectQueue publishes through autopaho's file queue: the record is a file until it has been handed to the connection.
// The queue tells nobody that it is empty, so the folder is looked at.
func connectQueue(ctx context.Context, where *url.URL, dir string, records source) (publish, hangUp func() error, err error) {
	const prefix, extension = "record", ".msg"
	queue, err := file.New(dir, prefix, extension)
	if err != nil {
		return nil, nil, fmt.Errorf("open a file queue: %w", err)
	}
	connection, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
		ServerUrls: []*url.URL{where}, KeepAlive: 20, CleanStartOnInitialConnection: true, SessionExpiryInterval: 600,
		Queue: queue, ClientConfig: paho5.ClientConfig{ClientID: "rival-" + fileQueue},
	})
	if err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	if err := connection.AwaitConnection(ctx); err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	publish = func() error {
		for {
			line, err := records(1)
			if err != nil {
				return err
			}
			if len(line) == 0 {
				return untilEmpty(ctx, dir)
			}
			p := &autopaho.QueuePublish{Publish: &paho5.Publish{QoS: 1, Topic: rivalTopic, Payload: line}}
			if err := connection.PublishViaQueue(ctx, p); err != nil {
				return fmt.Errorf("publish through the queue: %w", err)
			}
		}
	}
	return publish, func() error { return connection.Disconnect(context.WithoutCancel(ctx)) }, nil
}

func untilEmpty(ctx context.Context, dir string) error {
	tick := time.NewTicker(2 * glimpse)
	defer tick.Stop()
	for {
		files, err := os.ReadDir(dir)
		if err != nil || len(files) == 0 {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// counter is a subscriber that does nothing but count the messages of the rivals.
type counter struct {
	client mqtt.Client
	mu     sync.Mutex
	count  int
	first  time.Time
	last   time.Time
	more   chan struct{} // holds a token after a message
}

func subscribe(broker, id string, clean bool) (*counter, error) {
	where, err := url.Parse(broker)
	if err != nil {
		return nil, err
	}
	c := &counter{more: make(chan struct{}, 1)}
	options := mqtt.NewClientOptions().AddBroker("tcp://" + where.Host).SetClientID(id).SetCleanSession(clean).
		SetDefaultPublishHandler(c.receive)
	c.client = mqtt.NewClient(options)
	if err := finish(c.client.Connect()); err != nil {
		return nil, fmt.Errorf("connect a subscriber: %w", err)
	}
	if err := finish(c.client.Subscribe(rivalTopic, 1, c.receive)); err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	return c, nil
}

func (c *counter) receive(mqtt.Client, mqtt.Message) {
	c.mu.Lock()
	now := time.Now()
	if c.count == 0 {
		c.first = now
	}
	c.last = now
	c.count++
	c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// until waits for n messages and returns the time between the first and the last.
func (c *counter) until(ctx context.Context, n int) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		c.mu.Lock()
		count, took := c.count, c.last.Sub(c.first)
		c.mu.Unlock()
		if count >= n {
			return took, nil
		}
		select {
		case <-c.more:
		case <-ctx.Done():
			return 0, fmt.Errorf("%d of %d messages arrived: %w", count, n, ctx.Err())
		}
	}
}

func (c *counter) close() { c.client.Disconnect(250) }
