package ingest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// goneStore is a database that answers nothing but errors until it works, and then takes everything.
type goneStore struct {
	tries atomic.Int64
	works atomic.Bool
}

var _ Store = (*goneStore)(nil)

func (g *goneStore) try() error {
	g.tries.Add(1)
	if g.works.Load() {
		return nil
	}
	return fmt.Errorf("disk full: %w", store.ErrUnavailable)
}

func (g *goneStore) Put(_ context.Context, group []store.Delivery, _ time.Time) ([]store.Receipt, error) {
	receipts := make([]store.Receipt, len(group))
	for n, d := range group {
		last := d.Batch.Records[len(d.Batch.Records)-1].Seq
		receipts[n] = store.Receipt{Ack: record.Ack{Epoch: d.Batch.Epoch, Stream: d.Batch.Stream, Through: last}, Highest: last}
	}
	return receipts, g.try()
}

func (g *goneStore) Hear(context.Context, []store.Heard) error      { return g.try() }
func (g *goneStore) SetAllOffline(context.Context, time.Time) error { return g.try() }
func (g *goneStore) Acks(context.Context) ([]store.NodeAck, error)  { return nil, g.try() }
func (g *goneStore) IndexLive(context.Context) (int, error)         { return 0, g.try() }
func (g *goneStore) Index(context.Context) (int, error)             { return 0, g.try() }
func (g *goneStore) Unindexed() uint64                              { return 0 }
func (g *goneStore) SetAside(context.Context, string, string, []byte, time.Time) error {
	return g.try()
}

func (g *goneStore) Ack(context.Context, store.NodeKey, string, record.Stream) (store.NodeAck, error) {
	return store.NodeAck{}, g.try()
}

// Of orders it holds none, and they are not counted among its tries.
func (g *goneStore) DesiredHeads(context.Context) ([]store.NodeVersion, error) { return nil, errGone }
func (g *goneStore) OpenOrders(context.Context) ([]store.Order, error)         { return nil, errGone }
func (g *goneStore) Sent(context.Context, store.Order, time.Time) error        { return errGone }
func (g *goneStore) Lapse(context.Context, time.Time) (time.Duration, error)   { return 0, errGone }
func (g *goneStore) Desired(context.Context, store.NodeKey, uint64) (record.Desired, error) {
	return record.Desired{}, errGone
}
func (g *goneStore) Subscribe() (<-chan store.Change, func()) {
	return make(chan store.Change), func() {}
}

var errGone = fmt.Errorf("disk full: %w", store.ErrUnavailable)

func noBroker() (net.Conn, error) { return nil, errors.New("no broker in this test") }

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}
