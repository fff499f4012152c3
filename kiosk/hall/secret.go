package hall

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"sync"

	"stationkeeper/kiosk/queue"
)

// secrets are the addresses of tickets' pages: who knows one sees that ticket and no other. They are derived from the
// station's key, so that nothing secret is written down, and a restart changes none.
type secrets struct {
	key []byte // nil: tickets have no pages

	mu  sync.Mutex
	ids map[string]string // ticket by secret
}

// Secret is the unguessable part of the address of a ticket's page: 26 small letters and digits, 128 bits. It is empty
// when the hall has no key.
func (h *Hall) Secret(ticket string) string { return h.secrets.of(ticket) }

func (s *secrets) of(ticket string) string {
	if s.key == nil {
		return ""
	}
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte("ticket page\x00" + ticket))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16]))
}

func (s *secrets) add(ticket string) {
	if s.key == nil {
		return
	}
	secret := s.of(ticket)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[string]string{}
	}
	s.ids[secret] = ticket
}

func (s *secrets) find(secret string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ticket, ok := s.ids[secret]
	return ticket, ok
}

// keep forgets the tickets that known does not know.
func (s *secrets) keep(known func(ticket string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for secret, ticket := range s.ids {
		if !known(ticket) {
			delete(s.ids, secret)
		}
	}
}

// Find is the ticket with this secret, as it is now, if it is of today or yesterday or still open.
func (h *Hall) Find(secret string) (queue.Ticket, bool) {
	id, ok := h.secrets.find(secret)
	if !ok {
		return queue.Ticket{}, false
	}
	return h.Ticket(context.Background(), id)
}

// Ticket is the ticket with this id, as it is now, if it is of today or yesterday or still open.
func (h *Hall) Ticket(ctx context.Context, id string) (queue.Ticket, bool) {
	if err := h.begin(ctx); err != nil {
		return queue.Ticket{}, false
	}
	defer h.end()
	return h.queue.Ticket(id)
}
