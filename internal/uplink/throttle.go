package uplink

import "time"

// throttle keeps what is sent below a rate. It is a debt that is paid off with time: a batch may go when nothing is
// owed, however large it is, and the next has to wait until its bytes are paid.
type throttle struct {
	rate float64 // bytes per second; 0 is no limit
	owed float64 // bytes, at the time at
	at   time.Time
}

// wait is how long nothing may be sent yet.
func (t *throttle) wait(now time.Time) time.Duration {
	if t.rate == 0 {
		return 0
	}
	t.pay(now)
	if t.owed <= 0 {
		return 0
	}
	return time.Duration(t.owed / t.rate * float64(time.Second))
}

// spend notes that bytes were sent.
func (t *throttle) spend(now time.Time, bytes int) {
	t.pay(now)
	t.owed += float64(bytes)
}

func (t *throttle) pay(now time.Time) {
	if passed := now.Sub(t.at); passed > 0 {
		t.owed = max(0, t.owed-passed.Seconds()*t.rate)
		t.at = now
	}
}
