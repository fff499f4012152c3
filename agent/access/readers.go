package access

import (
	"slices"
	"time"

	"stationkeeper/internal/record"
)

// maxTyped is how many digits a purpose may have. Longer ones are wrong.
const maxTyped = 32

// dialog is a card at a reader that needs more than itself: what was given already and what is asked for.
type dialog struct {
	card    *card
	masked  string
	purpose string
	pin     bool   // the PIN was right
	typing  string // what is asked for: askedPIN, askedPurpose, askedCard
	typed   string // so far
	until   time.Duration
	// first is who waits for this card as their second, where two are needed.
	first *dialog
	// remarks of the checks that the card passed.
	remarks []string
}

// What a reader waits for.
const (
	askedPIN     = "pin"
	askedPurpose = "purpose"
	askedCard    = "card" // the second person's
)

// unanswers are the reasons to deny when it does not come.
var unanswers = map[string]string{askedPIN: NoPINEntered, askedPurpose: NoPurpose, askedCard: SecondCardMissing}

func (t *turn) cardShown(i int, e CardShown) {
	c, asked := t.cards[e.Card], t.s.readers[i].asked
	d := &dialog{card: c, masked: e.Masked}
	if asked != nil && asked.typing == askedCard {
		d.first = asked
	}
	switch {
	case c == nil && t.site.Readers[i].Direction == In && t.paused("", e.Reader):
		t.deny(i, d, TooManyAttempts)
	case c == nil:
		t.denyUnknown(i, e)
	case asked != nil && asked.typing != askedCard && asked.card == c:
		// Still held to the reader: what was asked for is asked for.
	case d.first != nil && d.first.card.Person == c.Person:
		t.deny(i, d, SamePerson)
	default:
		if asked != nil && d.first == nil {
			t.unanswered(i, asked)
		}
		t.proceed(i, d)
	}
}

func (t *turn) keyPressed(i int, key rune) {
	asked := t.s.readers[i].asked
	if asked == nil || asked.typing == askedCard {
		return
	}
	d := *asked
	d.until = t.at.Mono + t.answerTime(i)
	t.s.readers[i].asked = &d
	switch {
	case key >= '0' && key <= '9' && len(d.typed) <= maxTyped:
		d.typed += string(key)
	case key == '*' && d.typed == "":
		t.unanswered(i, &d)
	case key == '*':
		d.typed = ""
	case key == '#':
		t.answered(i, &d)
	}
}

func (t *turn) answerTime(i int) time.Duration { return time.Duration(t.doors[t.doorOf(i)].AnswerTime) }

// doorOf is the door that a reader is at.
func (t *turn) doorOf(i int) int { return t.site.door(t.site.Readers[i].Door) }

// unanswered ends a dialog in which what was asked for did not come. Who waited for a second card has waited in vain.
func (t *turn) unanswered(i int, d *dialog) {
	t.s.readers[i].asked = nil
	t.deny(i, d, unanswers[d.typing])
	if d.first != nil {
		t.deny(i, d.first, SecondCardMissing)
	}
}

// await goes on waiting for a second card, if there was a first.
func (t *turn) await(i int, first *dialog) {
	t.s.readers[i].asked = nil
	if first != nil {
		again := *first
		again.until = t.at.Mono + t.answerTime(i)
		t.s.readers[i].asked = &again
	}
}

// answered takes what was typed.
func (t *turn) answered(i int, d *dialog) {
	t.await(i, d.first)
	typed := d.typed
	switch {
	case typed == "":
		t.deny(i, d, unanswers[d.typing])
	case d.typing == askedPIN && !t.key.PIN(d.card.Hash, typed).equal(d.card.PIN):
		t.denyWrong(i, d, WrongPIN)
	case d.typing == askedPIN:
		d.pin = true
		t.proceed(i, d)
	default:
		d.purpose = typed
		if len(typed) > maxTyped || t.checkPurpose && !t.open(typed, t.doors[t.doorOf(i)]) {
			t.denyWrong(i, d, WrongPurpose)
			return
		}
		t.proceed(i, d)
	}
}

// proceed judges a card with what it has been given, anew with every answer as things may have changed, and grants,
// denies, or asks for what is missing.
func (t *turn) proceed(i int, d *dialog) {
	door := t.doorOf(i)
	r := &request{card: d.card, reader: t.site.Readers[i], i: door, door: t.doors[door]}
	if reason := t.judge(r); reason != "" {
		t.deny(i, d, reason)
		return
	}
	d.remarks = r.remarks
	if r.reader.Direction == Out {
		t.grant(i, r, d)
		return
	}
	if d.purpose == "" && needsPurpose(r.door, d.card) {
		d.purpose = d.card.Purpose
	}
	switch {
	case t.needsPIN(r.door) && d.card.PIN == "":
		t.deny(i, d, NoPINSet)
	case t.needsPIN(r.door) && !d.pin:
		t.ask(i, d, askedPIN)
	case d.purpose == "" && needsPurpose(r.door, d.card) && !r.reader.Keypad:
		t.deny(i, d, NoPurpose)
	case d.purpose == "" && needsPurpose(r.door, d.card):
		t.ask(i, d, askedPurpose)
	case r.door.TwoCards && d.first == nil:
		t.ask(i, d, askedCard)
	default:
		t.grant(i, r, d)
	}
}

// ask waits for what is missing.
func (t *turn) ask(i int, d *dialog, what string) {
	d.typing, d.typed, d.until = what, "", t.at.Mono+t.answerTime(i)
	t.s.readers[i].asked = d
	tone := AskPIN
	if what == askedPurpose {
		tone = AskPurpose
	}
	t.signal(i, tone)
}

// grant lets the holder of a card through, and who waited for it as the second.
func (t *turn) grant(i int, r *request, d *dialog) {
	t.s.readers[i].asked = nil
	unlock := unlockTime(r.door, d.card)
	p := pass{in: r.reader.Direction == In, people: []person{d.person()}}
	data := d.data(r.reader)
	data.Remarks = d.remarks
	if d.first != nil {
		unlock = max(unlock, unlockTime(r.door, d.first.card))
		p.people = []person{d.first.person(), d.person()}
		data = d.together(r.reader)
	}
	if p.in && t.opensDay(r.door, d) {
		data.Remarks = append(data.Remarks, FirstCard)
		t.s = t.s.opened(r.door.Point, record.Stamp(t.at.Wall))
	}
	for _, who := range p.people {
		t.s = t.s.admitted(who.id, data.Method)
	}
	p.data = data
	if r.door.Strike {
		data.Unlocked = unlock.Seconds()
	}
	t.write(record.AccessGranted, r.door.Point, data)
	t.signal(i, Granted)
	t.admit(r.i, p, unlock)
}

// opensDay reports whether a grant fulfils the first-card rule of a door. Without the time nobody knows which day it is.
func (t *turn) opensDay(r *door, d *dialog) bool {
	first := d.card.First || d.first != nil && d.first.card.First
	return first && (r.FirstCard || r.UnlockAfterFirst) && t.at.Clock == record.Synced
}

// deny writes down that a card does not open a door. Who waits for a second card goes on waiting.
func (t *turn) deny(i int, d *dialog, reason string) {
	data := d.data(t.site.Readers[i])
	data.Reason = reason
	t.denied(i, data)
}

// denyWrong denies what somebody may be guessing.
func (t *turn) denyWrong(i int, d *dialog, reason string) {
	data := d.data(t.site.Readers[i])
	data.Reason = reason
	data.Attempts, data.PersonAttempts = t.wrong(i, d.card.Person)
	t.denied(i, data)
}

// denyUnknown denies a card that is not in the document. Its hash is what it can be enrolled by.
func (t *turn) denyUnknown(i int, e CardShown) {
	r := t.site.Readers[i]
	data := record.AccessData{Reader: r.Point, Direction: r.Direction, Method: MethodCard, Card: e.Masked, Hash: string(e.Card), Reason: UnknownCard}
	data.Attempts, _ = t.wrong(i, "")
	t.denied(i, data)
}

func (t *turn) denied(i int, data record.AccessData) {
	t.write(record.AccessDenied, t.site.Readers[i].Door, data)
	t.signal(i, Denied)
}

func (d *dialog) person() person {
	return person{id: d.card.Person, name: d.card.Name, card: d.masked, purpose: d.purpose, visitor: d.card.Visitor}
}

// data is what is written down of a dialog with one card.
func (d *dialog) data(r Reader) record.AccessData {
	data := record.AccessData{Reader: r.Point, Direction: r.Direction, Method: d.method(), Card: d.masked, Purpose: d.purpose}
	if d.card != nil {
		data.Person, data.Name, data.Visitor = d.card.Person, d.card.Name, d.card.Visitor
	}
	if d.first != nil {
		data.Second = d.first.card.Person
	}
	return data
}

// together is what is written down of two who are let through: the one who came first, and the other as the second.
func (d *dialog) together(r Reader) record.AccessData {
	data := d.first.data(r)
	data.Second, data.Method = d.card.Person, d.method()
	data.Remarks = append(data.Remarks, d.first.remarks...)
	for _, remark := range d.remarks {
		if !slices.Contains(data.Remarks, remark) {
			data.Remarks = append(data.Remarks, remark)
		}
	}
	return data
}

// method is how access was asked for.
func (d *dialog) method() string {
	method := MethodCard
	if d.first != nil || d.typing == askedCard {
		method = MethodTwoCards
	}
	if d.pin || d.typing == askedPIN {
		method += "+pin"
	}
	if d.typing == askedPurpose || d.purpose != "" && d.card.Purpose == "" {
		method += "+purpose"
	}
	return method
}
