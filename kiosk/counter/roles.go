package counter

import (
	"fmt"
	"net/http"
	"net/url"

	"stationkeeper/kiosk/staff"
	"stationkeeper/kiosk/web"
)

// permission is who may use a route.
type permission int

const (
	anyone      permission = iota // also without a session
	insiders                      // everybody with a session
	workers                       // clerks and supervisors; act looks at the counter
	receivers                     // reception and supervisors
	supervisors                   // supervisors
)

// allows reports whether somebody with a session may.
func (p permission) allows(a actor) bool {
	switch p {
	case workers:
		return a.Role == staff.Clerk || a.Role == staff.Supervisor
	case receivers:
		return a.receives()
	case supervisors:
		return a.Role == staff.Supervisor
	}
	return true
}

func (a actor) receives() bool { return a.Role == staff.Reception || a.Role == staff.Supervisor }

// worksAt reports whether somebody may act at a counter.
func (a actor) worksAt(counter string) bool {
	return a.Role == staff.Supervisor || a.Role == staff.Clerk && a.Counter == counter
}

// handler answers a request of somebody who may make it.
type handler func(w http.ResponseWriter, r *http.Request, who actor)

// api guards a route of the API.
func (s *server) api(p permission, next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.door.who(r)
		switch {
		case !ok && p != anyone:
			web.Refuse(w, http.StatusUnauthorized, "login-needed", "log in: there is no session, or it is over")
		case ok && !p.allows(who):
			refuseRole(w, who)
		default:
			next(w, r, who)
		}
	}
}

func refuseRole(w http.ResponseWriter, who actor) {
	message := fmt.Sprintf("the role %s does not allow this", who.Role)
	if who.Role == staff.Clerk {
		message = fmt.Sprintf("a clerk works at the counter of the log-in, which is %s", who.Counter)
	}
	web.Refuse(w, http.StatusForbidden, "not-allowed", message)
}

// site guards a page: who may not see it is sent to the one where they may log in, or that they may see.
func (s *server) site(p permission, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.door.who(r)
		counter := r.PathValue("counter")
		switch {
		case !ok:
			http.Redirect(w, r, "/?counter="+url.QueryEscape(counter), http.StatusSeeOther)
		case !p.allows(who) || counter != "" && !who.worksAt(counter):
			http.Redirect(w, r, who.home(), http.StatusSeeOther)
		default:
			next(w, r)
		}
	}
}

// home is the page that somebody works with.
func (a actor) home() string {
	switch {
	case a.Counter != "":
		return counterPath(a.Counter)
	case a.free:
		return "/"
	case a.Role == staff.Reception:
		return "/reception"
	}
	return "/supervisor"
}
