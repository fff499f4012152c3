package scanner

import (
	"net/url"
	"regexp"
	"strings"
)

// Paper is what was read off a paper, or a telephone, of ours: one of these.
type Paper struct {
	// Ticket is the secret in the address of a ticket's page, which stands for the ticket.
	Ticket string
	// Appointment is an appointment's code, in capitals.
	Appointment string
}

var (
	// secretPattern is 128 bits in base 32 (RFC 4648), in small letters.
	secretPattern = regexp.MustCompile(`^[a-z2-7]{26}$`)
	codePattern   = regexp.MustCompile(`^[A-Z0-9]{3,16}$`)
)

// Read tells what a scanned text is: the address of a ticket's page (https://…/t/{secret}), whatever comes after it, or an
// appointment's code. Everything else is not ours, and ok is false.
func Read(text string) (p Paper, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) > longest {
		return Paper{}, false
	}
	if secret, ok := ticketOf(text); ok {
		return Paper{Ticket: secret}, true
	}
	if code := strings.ToUpper(text); codePattern.MatchString(code) {
		return Paper{Appointment: code}, true
	}
	return Paper{}, false
}

// ticketOf finds the secret in the address of a ticket's page. A scanner may type capitals where there are none.
func ticketOf(text string) (secret string, ok bool) {
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return "", false
	}
	_, rest, found := strings.Cut(strings.ToLower(address.Path), "/t/")
	secret, _, _ = strings.Cut(rest, "/")
	return secret, found && secretPattern.MatchString(secret)
}
