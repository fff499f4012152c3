package web

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// policy lets a page load what the kiosk serves, and nothing from elsewhere; no script stands in a page itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard refuses what other sites' pages might send, and tells the browser to load nothing from elsewhere and to keep
// nothing. With loopback, the listener is for this machine only: requests under other host names are refused, so that no
// page from elsewhere reaches it through a name of its own.
func Guard(next http.Handler, loopback bool) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		Refuse(w, http.StatusForbidden, "cross-origin", "requests from pages of other sites are refused")
	}))
	next = crossOrigin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if loopback && !isLoopback(r.Host) {
			Refuse(w, http.StatusMisdirectedRequest, "host", fmt.Sprintf("this page is for this machine only; it is not known as %q", r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Refuse answers {"error":{"code","message"}}: a code to act upon, and a message to read.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	type refusal struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has gone needs no answer.
	_ = json.NewEncoder(w).Encode(map[string]refusal{"error": {code, message}})
}

// Answer answers a request with JSON.
func Answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // as in Refuse
}
