package complaint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
)

func TestComplain(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	c := p.words()
	p.press(c.Complaint)
	p.choose(1)
	p.choose(2)
	p.choose(0)
	p.press(c.Next)
	p.dial("13800138000")
	p.Tap(p.flow.call.pad.Done())
	p.MustRead("等候时间", "138 0013 8000", "等得太久等 2 项")
	if len(p.desk.filed) != 0 {
		t.Fatal("something was sent before the customer said so")
	}
	p.press(c.Send)
	want := Complaint{Kind: KindComplaint, Topic: "wait", Details: []string{"wait-0", "wait-2"}, Phone: "13800138000", Language: lang.Chinese,
		Request: p.desk.filed[0].Request}
	if got := p.desk.filed[0]; fmt.Sprint(got) != fmt.Sprint(want) || got.Request == "" {
		t.Errorf("the desk got %+v, want %+v", got, want)
	}
	p.MustRead("20261123-003", "11 月 25 日（星期三）17:00", c.AnswerCalled)
	p.press(p.Scene().Words.Done)
	if p.Gone != 1 {
		t.Errorf("home %d times", p.Gone)
	}
}

func TestPraiseIsNotCalledBack(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	c := p.words()
	p.desk.receipt = Receipt{}
	p.press(c.Complaint)
	p.choose(6) // without details
	p.dial("57912345")
	p.Tap(p.flow.call.pad.Done())
	p.press(c.Complaint) // changed
	p.press(c.Praise)
	if p.Reads("5791") {
		t.Error("a number is shown that nobody calls")
	}
	p.press(c.Send)
	if got := p.desk.filed[0]; got.Kind != KindPraise || got.Phone != "" || got.Topic != "other" {
		t.Errorf("the desk got %+v", got)
	}
	p.MustRead(c.DonePraise, c.DoneMore)
}

// TestChange goes from the review to each thing and back.
func TestChange(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	c := p.words()
	p.press(c.Suggestion)
	p.choose(0)
	p.choose(1)
	p.press(c.Next)
	p.press(c.CallNone)
	p.press(c.Suggestion) // the tile of the kind
	p.press(c.Complaint)
	p.press("业务不熟练")
	p.choose(1)
	p.choose(4)
	p.press(c.Next)
	p.press(c.Nobody)
	p.dial("02088886666")
	p.Tap(p.flow.call.pad.Done())
	p.press("工作人员")
	p.choose(2) // another topic: its details are asked
	p.press(c.DetailsNone)
	p.press(c.Send) // back at the review
	if got := p.desk.filed[0]; got.Kind != KindComplaint || got.Topic != "papers" || len(got.Details) != 0 || got.Phone != "02088886666" {
		t.Errorf("the desk got %+v", got)
	}
}

func TestTroubleIsTriedAgainWithTheSameRequest(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	c := p.words()
	p.press(c.Praise)
	p.choose(6)
	p.desk.err = errors.New("the disk is full")
	p.press(c.Send)
	if p.Failure == nil || p.Failure.Title != c.Failed || p.Failure.Text != c.FailedDo {
		t.Fatalf("the customer is told %+v", p.Failure)
	}
	p.desk.err = nil
	p.Failure.Again()
	if len(p.desk.filed) != 2 || p.desk.filed[0].Request != p.desk.filed[1].Request {
		t.Errorf("the desk got %+v", p.desk.filed)
	}
	p.MustRead(c.DonePraise)
}

func TestWriteOnTheTelephone(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	p.press(p.words().Phone)
	if !p.flow.code.code.Shown() || p.flow.code.code.Text() != p.desk.page {
		t.Errorf("the code says %q", p.flow.code.code.Text())
	}
	p.press(p.Scene().Words.Done)
	p.desk.page = ""
	p.press(p.words().Phone)
	if p.Failure == nil || p.Failure.Title != p.words().NoPhone {
		t.Errorf("without a page the customer is told %+v", p.Failure)
	}
}

func TestNothingRemainsForTheNext(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	p.press(p.words().Complaint)
	p.choose(0)
	p.choose(2)
	p.press(p.words().Next)
	p.dial("138")
	p.Open()
	p.press(p.words().Complaint)
	p.choose(0)
	for i := range 3 {
		if p.flow.choice.options.Option(i).Chosen() {
			t.Errorf("detail %d of somebody else is chosen", i)
		}
	}
	p.press(p.words().DetailsNone)
	if p.Reads("138") {
		t.Error("somebody else's number can be read")
	}
	if len(p.desk.filed) != 0 {
		t.Errorf("what was not sent was filed: %+v", p.desk.filed)
	}
}

func TestTopicsOfTheDay(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	p.press(p.words().Complaint)
	p.choose(0)
	p.flow.Show(nil)
	p.Draw()
	p.choose(1) // still there for this customer
	p.Open()
	p.press(p.words().Complaint)
	p.MustRead(p.words().NoTopics)
}

func TestPlausible(t *testing.T) {
	for digits, want := range map[string]bool{
		"": true, "13800138000": true, "19912345678": true, "12345678901": false, "1380013800": false, "138001380001": false,
		"57912345": true, "5791234": true, "579123": false, "02088886666": true, "057187654321": true, "0571876": false,
		"4008123456": true, "40081234567": false, "0085212345678": true, "00000000000": false, "11111111111": false, "008521234567890": true,
	} {
		if got := plausible(digits); got != want {
			t.Errorf("%q: %v", digits, got)
		}
	}
}

// TestNobodyIsToldTooEarly holds that no number is called wrong while it may still become right.
func TestNobodyIsToldTooEarly(t *testing.T) {
	for _, digits := range []string{"13800138000", "57912345", "02088886666", "057187654321", "4008123456", "0085212345678"} {
		for n := 1; n < len(digits); n++ {
			if begun := digits[:n]; !plausible(begun) && !mayBecome(begun) {
				t.Errorf("%q is called wrong after %q", digits, begun)
			}
		}
	}
	if mayBecome("138001380001") {
		t.Error("a number that is too long may become right")
	}
}

// TestTheNumberIsNotReadAloud holds for every step: others hear it.
func TestTheNumberIsNotReadAloud(t *testing.T) {
	p := newPlay(t, flowtest.Usual, usual())
	everyStep(p, func(name string) {
		if said := p.Flow.Spoken(p.Scene()); strings.Contains(strings.ReplaceAll(said, " ", ""), "138001") {
			t.Errorf("%s: read aloud: %s", name, said)
		}
		if typed := p.flow.state.step == call || p.flow.state.step == review; typed && !p.Flow.Private() {
			t.Errorf("%s: a picture may be taken of it", name)
		}
	})
}

// TestAnyTaps holds of any taps: there is a way on and a way back that end, and what would be sent has a kind and a topic
// that there are, only details of that topic, and only a number that can be one.
func TestAnyTaps(t *testing.T) {
	topics := usual()
	rapid.Check(t, func(t *rapid.T) {
		var s state
		for range rapid.IntRange(0, 40).Draw(t, "taps") {
			s = tapped(t, s, topics)
			checkComplaint(t, s, topics)
		}
		back := s
		for range 20 {
			back, _ = back.back(topics)
		}
		if s.step != filed && back.step != kind {
			t.Fatalf("from %v the way back ends at %v", s.step, back.step)
		}
		on := s
		for range 20 {
			on = onward(on, topics)
		}
		if on.step != review && on.step != filed {
			t.Fatalf("from %v the way on ends at %v", s.step, on.step)
		}
	})
}

// tapped is any tap that the step offers.
func tapped(t *rapid.T, s state, topics []Topic) state {
	if rapid.IntRange(0, 4).Draw(t, "back") == 0 {
		s, _ = s.back(topics)
		return s
	}
	switch s.step {
	case kind:
		return s.choose(rapid.SampledFrom([]string{KindComplaint, KindSuggestion, KindPraise}).Draw(t, "kind"))
	case topic:
		return s.about(rapid.SampledFrom(topics).Draw(t, "topic"))
	case details:
		if rapid.Bool().Draw(t, "enough") {
			return s.afterDetails()
		}
		return s.toggle(rapid.SampledFrom(find(topics, s.topic).Details).Draw(t, "detail").ID)
	case call:
		switch rapid.IntRange(0, 3).Draw(t, "key") {
		case 0:
			return s.deleteDigit()
		case 1:
			s.phone = ""
			return s.onward(review)
		case 2:
			if plausible(s.phone) {
				return s.onward(review)
			}
		}
		return s.typeDigit(rapid.RuneFrom([]rune("0123456789")).Draw(t, "digit"))
	case review:
		shown := []step{kind, topic}
		if len(find(topics, s.topic).Details) > 0 {
			shown = append(shown, details)
		}
		if s.kind != KindPraise {
			shown = append(shown, call)
		}
		return s.change(rapid.SampledFrom(shown).Draw(t, "change"))
	}
	return s
}

// onward is the shortest way on.
func onward(s state, topics []Topic) state {
	switch s.step {
	case kind:
		return s.choose(KindComplaint)
	case phone:
		s, _ = s.back(topics)
	case topic:
		return s.about(topics[0])
	case details:
		return s.afterDetails()
	case call:
		s.phone = ""
		return s.onward(review)
	}
	return s
}

func checkComplaint(t *rapid.T, s state, topics []Topic) {
	if s.step != review {
		return
	}
	c := s.complaint(topics, func() string { return "r" })
	of := find(topics, c.Topic)
	if c.Kind == "" || of.ID == "" {
		t.Fatalf("sent without a kind or a topic: %+v", c)
	}
	for _, id := range c.Details {
		if !slices.ContainsFunc(of.Details, func(d Detail) bool { return d.ID == id }) {
			t.Fatalf("detail %q is not of topic %q", id, of.ID)
		}
	}
	if !plausible(c.Phone) || c.Kind == KindPraise && c.Phone != "" || len(c.Phone) > longest {
		t.Fatalf("%s with the number %q", c.Kind, c.Phone)
	}
	if s.phone != "" && s.phone != c.Phone {
		t.Fatalf("the review shows %q, and %q is sent", s.phone, c.Phone)
	}
}
