package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Bounds of what is kept aside. The oldest goes when one is reached.
const (
	MaxAside        = 1000     // messages
	MaxAsideBytes   = 16 << 20 // of payload, all together
	MaxAsidePayload = 1 << 20  // of one payload; the rest of a longer one is cut off
)

// Aside is a message that was refused, kept for inspection. The same message from the same topic, refused for the
// same reason, is kept once and counted.
type Aside struct {
	// First and Last are when it was received, the first and the last time.
	First, Last time.Time
	Times       int
	Topic       string
	Reason      string
	// Size is the length of the payload as it was received.
	Size    int
	Payload []byte
}

// AsideTotals says how many messages are kept, how many bytes of payload they have, and how many were dropped to
// make room.
type AsideTotals struct {
	Kept, Bytes, Dropped int64
}

// SetAside keeps a refused message for inspection.
func (s *Store) SetAside(ctx context.Context, topic, reason string, payload []byte, received time.Time) error {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q%q", topic, reason)
	hash.Write(payload)
	size := len(payload)
	payload = append([]byte{}, payload[:min(size, MaxAsidePayload)]...)
	err := s.write(ctx, func(w *work) error {
		ctx, tx := w.ctx, w.tx
		digest, at := hash.Sum(nil), received.UnixMilli()
		again, err := tx.ExecContext(ctx, `UPDATE aside SET last = ?, times = times + 1 WHERE digest = ?`, at, digest)
		if err != nil {
			return err
		}
		if n, err := again.RowsAffected(); n > 0 || err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `INSERT INTO aside (digest, first, last, times, topic, reason, size, payload)
			VALUES (?, ?, ?, 1, ?, ?, ?, ?)`, digest, at, at, topic, reason, size, payload); err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `UPDATE aside_totals SET kept = kept + 1, bytes = bytes + ?`, len(payload)); err != nil {
			return err
		}
		return trimAside(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("set aside a message on %.200q: %w", topic, err)
	}
	return nil
}

// trimAside drops the oldest until the bounds hold.
func trimAside(ctx context.Context, tx *sql.Tx) error {
	for {
		var id, size int64
		err := tx.QueryRowContext(ctx, `SELECT id, length(payload) FROM aside, aside_totals
			WHERE kept > ? OR bytes > ? ORDER BY id LIMIT 1`, MaxAside, MaxAsideBytes).Scan(&id, &size)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM aside WHERE id = ?`, id)
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE aside_totals SET kept = kept - 1, bytes = bytes - ?, dropped = dropped + 1`, size)
		}
		if err != nil {
			return fmt.Errorf("drop the oldest: %w", err)
		}
	}
}

// Asides returns what is kept aside, the latest arrival first, at most limit.
func (s *Store) Asides(ctx context.Context, limit int) ([]Aside, error) {
	all, err := collect(ctx, s.reader(), func(rows *sql.Rows) (a Aside, err error) {
		var first, last sql.NullInt64
		err = rows.Scan(&first, &last, &a.Times, &a.Topic, &a.Reason, &a.Size, &a.Payload)
		a.First, a.Last = fromMillis(first), fromMillis(last)
		return a, err
	}, `SELECT first, last, times, topic, reason, size, payload FROM aside ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read what is set aside: %w", err)
	}
	return all, nil
}

// AsideTotals counts what is kept aside.
func (s *Store) AsideTotals(ctx context.Context) (t AsideTotals, err error) {
	err = s.reader().QueryRowContext(ctx, `SELECT kept, bytes, dropped FROM aside_totals`).Scan(&t.Kept, &t.Bytes, &t.Dropped)
	if err != nil {
		return t, fmt.Errorf("count what is set aside: %w", err)
	}
	return t, nil
}
