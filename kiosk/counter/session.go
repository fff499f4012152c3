package counter

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/staff"
)

// session is somebody of the staff who has logged in and not out.
type session struct {
	ID      string
	Staff   string // staff number
	Counter string // "" for none
	Since   time.Time
	// Ends is when it ends by itself: with the shift.
	Ends time.Time
	// leaving says that they have logged out while a customer was at their counter. A restart forgets that, and they log
	// out once more.
	leaving bool
}

// ending reports whether the session lasts only until the customer at its counter is finished.
func (s session) ending(now time.Time) bool { return s.leaving || !now.Before(s.Ends) }

// sessions are those that last: the fold of the journal's staff.* records, so that a restart of the kiosk logs nobody
// out and nobody in. It has one owner.
type sessions map[string]session // by id

// apply folds one record in. Records of other types are passed over.
func (all sessions) apply(r record.Record) error {
	if r.Type != record.StaffLoggedIn && r.Type != record.StaffLoggedOut {
		return nil
	}
	var d record.StaffData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return fmt.Errorf("apply record %d, %s: decode data: %w", r.Seq, r.Type, err)
	}
	all.fold(r.Type, d, r.Time)
	return nil
}

func (all sessions) fold(typ string, d record.StaffData, at time.Time) {
	switch {
	case d.Session == "" || d.Ends == nil && typ == record.StaffLoggedIn:
	case typ == record.StaffLoggedOut:
		delete(all, d.Session)
	default:
		all[d.Session] = session{ID: d.Session, Staff: d.Staff, Counter: d.Counter, Since: at, Ends: *d.Ends}
	}
}

// sorted are all, in order of log-in.
func (all sessions) sorted() []session {
	return slices.SortedFunc(maps.Values(all), func(a, b session) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Staff, b.Staff))
	})
}

// at is the session at a counter.
func (all sessions) at(counter string) (session, bool) {
	for _, s := range all {
		if s.Counter == counter && counter != "" {
			return s, true
		}
	}
	return session{}, false
}

// of is the session of somebody.
func (all sessions) of(number string) (session, bool) {
	for _, s := range all {
		if s.Staff == number {
			return s, true
		}
	}
	return session{}, false
}

// seal makes cookies that nobody else can make. The id of a session is in the journal and no secret.
type seal staff.Key

// cookie is the name of the cookie. Two kiosks on one machine have one each: browsers do not tell ports apart.
func (k seal) cookie() string {
	return "staff-" + base64.RawURLEncoding.EncodeToString(k.sum("cookie"))[:8]
}

// close spells the id of a session for a cookie.
func (k seal) close(id string) string {
	return id + "." + base64.RawURLEncoding.EncodeToString(k.sum("session\x00"+id))
}

// open is the id in a cookie, if it was made by close.
func (k seal) open(value string) (id string, ok bool) {
	id, spelled, found := strings.Cut(value, ".")
	if !found {
		return "", false
	}
	sum, err := base64.RawURLEncoding.DecodeString(spelled)
	if err != nil || !hmac.Equal(sum, k.sum("session\x00"+id)) {
		return "", false
	}
	return id, true
}

func (k seal) sum(text string) []byte {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// newSession is random enough that no two sessions have one.
func newSession() string { return strings.ToLower(rand.Text()[:16]) }

func (s session) entry(typ string, d record.StaffData, at time.Time) record.Entry {
	d.Staff, d.Counter, d.Session = s.Staff, s.Counter, s.ID
	return record.NewEntry(typ, sourceStaff, at, d)
}

const sourceStaff = "staff"
