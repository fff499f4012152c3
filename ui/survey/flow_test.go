package survey

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	asked "stationkeeper/kiosk/survey"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
)

func TestRateAVisit(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	c := &p.words().Survey
	p.Tap(p.Button(c.Type))
	p.typed("A012")
	p.MustRead("号码 A012 · 个人现金业务", c.Voluntary)
	p.face(4)
	p.face(5)
	p.Tap(p.Button(c.Skip))
	p.face(3)
	r := p.desk.last(t)
	if r.Visit != "t12" || r.Score != 4 || r.Questionnaire != "visit" || r.Version != 1 || r.Language != lang.Chinese || r.Request == "" {
		t.Errorf("the desk got %+v", r)
	}
	if got, want := answers(r.Answers), "overall:4[] efficiency:5[] attitude:3[]"; got != want {
		t.Errorf("answers %s, want %s", got, want)
	}
	p.MustRead(c.Thanks, "10 月共收到 1234 份评价，94% 表示满意")
	p.Tap(p.Button(p.words().Done))
	if p.Gone != 1 || len(p.desk.ratings) != 1 {
		t.Errorf("home %d times, %d ratings", p.Gone, len(p.desk.ratings))
	}
}

func TestABadRatingShowsItsCase(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	c := &p.words().Survey
	p.desk.number = "20261123-004"
	p.Flow.Scan("https://kiosk/t/E007")
	p.face(1)
	p.choose(1)
	p.choose(5)
	p.Tap(p.Button(c.Finish))
	if got, want := answers(p.desk.last(t).Answers), "overall:1[] reasons:0[attitude unsolved]"; got != want {
		t.Errorf("answers %s, want %s", got, want)
	}
	p.MustRead("20261123-004", c.CaseMore)
}

// TestWhatNoLongerAppliesIsNotSent goes back from the reasons and changes the level.
func TestWhatNoLongerAppliesIsNotSent(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	c := &p.words().Survey
	p.Tap(p.Button(c.None))
	p.face(1)
	p.choose(1)
	p.flow.Back()
	p.face(4)
	p.Tap(p.Button(c.Finish))
	if r := p.desk.last(t); answers(r.Answers) != "overall:4[]" || r.Score != 4 || r.Visit != "" {
		t.Errorf("the desk got %+v", r)
	}
}

func TestNobodyHasToAnswer(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	c := &p.words().Survey
	p.Tap(p.Button(c.None))
	p.Tap(p.Button(c.Refuse))
	if p.Gone != 1 || len(p.desk.ratings) != 0 {
		t.Errorf("home %d times, ratings %v", p.Gone, p.desk.ratings)
	}
	p.Tap(p.Button(c.None))
	p.face(2)
	for range 4 {
		p.Tap(p.Button(c.Skip))
	}
	if got := answers(p.desk.last(t).Answers); got != "overall:2[]" {
		t.Errorf("answers %s", got)
	}
}

// TestWhoWalksAway holds what counts of a customer who is gone: the level, from when it was chosen until it was taken
// back, and never twice.
func TestWhoWalksAway(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(p *play)
		want string
	}{
		{"before the level", func(p *play) {}, ""},
		{"after it", func(p *play) { p.face(5) }, "overall:5[]"},
		{"in the middle of the reasons", func(p *play) { p.face(2); p.choose(0) }, "overall:2[] reasons:0[wait]"},
		{"having gone back to the level", func(p *play) { p.face(2); p.flow.Back() }, "overall:2[]"},
		{"having gone back to the beginning", func(p *play) { p.face(2); p.flow.Back(); p.flow.Back() }, ""},
		{"at the thanks", func(p *play) { p.face(4); p.Tap(p.Button(p.words().Survey.Finish)) }, "overall:4[]"},
		{"having refused after all", func(p *play) { p.face(4); p.flow.Back(); p.Tap(p.Button(p.words().Survey.Refuse)) }, ""},
	} {
		p := newPlay(t, flowtest.Usual)
		p.Tap(p.Button(p.words().Survey.None))
		test.do(p)
		p.Leaving()
		p.Leaving()
		p.Open()
		p.Leaving()
		var got []string
		for _, r := range p.desk.ratings {
			got = append(got, answers(r.Answers))
		}
		if strings.Join(got, " and ") != test.want {
			t.Errorf("%s: the desk got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	c := &p.words().Survey
	for scanned, title := range map[string]string{"C5": c.Unknown, "A001": c.Rated, "A099": c.NotServed, "B1": c.NoAnswer} {
		if !p.Flow.Scan("https://kiosk/t/" + scanned) {
			t.Fatalf("%s: no use for a ticket", scanned)
		}
		p.MustRead(title)
	}
	p.Now = p.Now.Add(time.Second)
	if !p.flow.Back() || p.flow.state.step != whose {
		t.Error("there is no way back")
	}
}

func TestRatedMeanwhile(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.Flow.Scan("https://kiosk/t/A012")
	p.desk.err = fmt.Errorf("rate A012: %w", ErrRated)
	p.face(5)
	p.Tap(p.Button(p.words().Survey.Finish))
	p.MustRead(p.words().Survey.Rated)
	if p.Leaving(); len(p.desk.ratings) != 1 {
		t.Errorf("sent %d times", len(p.desk.ratings))
	}
}

func TestTroubleIsTriedAgainWithTheSameRequest(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.Tap(p.Button(p.words().Survey.None))
	p.desk.err = errors.New("the disk is full")
	p.face(5)
	p.Tap(p.Button(p.words().Survey.Finish))
	if p.Failure == nil || p.Failure.Title != p.words().NoRating {
		t.Fatalf("the customer is told %+v", p.Failure)
	}
	p.Failure.Again()
	p.Leaving() // and then leaves it at that
	for _, r := range p.desk.ratings {
		if r.Request != p.desk.ratings[0].Request {
			t.Errorf("one rating as several: %+v", p.desk.ratings)
		}
	}
	if len(p.desk.ratings) != 3 {
		t.Errorf("sent %d times, want 3", len(p.desk.ratings))
	}
}

// TestDoubleTapAnswersOneQuestion taps twice where the next question shows the same face.
func TestDoubleTapAnswersOneQuestion(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.Tap(p.Button(p.words().Survey.None))
	p.face(5)
	p.TapAtOnce(p.flow.question.faces.Face(5))
	if got := answers(p.flow.state.answers); got != "overall:5[]" {
		t.Errorf("answers %s", got)
	}
}

// TestNoFaceStandsOut holds that nothing steers: all faces are of one size, with words of one size, and none is chosen.
func TestNoFaceStandsOut(t *testing.T) {
	for _, setting := range flowtest.Settings() {
		p := newPlay(t, setting)
		p.Tap(p.Button(p.words().Survey.None))
		first := p.flow.question.faces.Face(5)
		for level := 1; level < 5; level++ {
			if face := p.flow.question.faces.Face(level); face.Size() != first.Size() || face.WordSize() != first.WordSize() || face.Chosen() {
				t.Errorf("%s: the face of %d is of %v, words of %g; that of 5 of %v and %g", setting.Name, level, face.Size(), face.WordSize(),
					first.Size(), first.WordSize())
			}
		}
	}
}

func TestQuestionnaireOfTheDay(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	short := asked.Default()
	short.ID, short.Version, short.Questions = "short", 3, short.Questions[:1]
	p.Tap(p.Button(p.words().Survey.None))
	p.flow.Show(Data{Questionnaire: short})
	p.face(4)
	p.Tap(p.Button(p.words().Survey.Finish))
	if r := p.desk.last(t); r.Questionnaire != "visit" {
		t.Errorf("who was in the middle of one questionnaire answered %q", r.Questionnaire)
	}
	p.Tap(p.Button(p.words().Done))
	p.Tap(p.Button(p.words().Survey.None))
	p.face(4)
	if r := p.desk.last(t); r.Questionnaire != "short" || r.Version != 3 {
		t.Errorf("the next customer answered %+v", r)
	}
}

func TestLanguageInTheMiddle(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.Tap(p.Button(p.words().Survey.None))
	p.face(2)
	p.choose(3)
	p.Speak(lang.English)
	p.MustRead("What was not good? Choose any.")
	if said := p.Flow.Spoken(p.Scene()); !strings.Contains(said, "Not explained at once · chosen") {
		t.Errorf("read aloud: %s", said)
	}
	p.Tap(p.Button(p.words().Survey.Finish))
	if r := p.desk.last(t); r.Language != lang.English || answers(r.Answers) != "overall:2[] reasons:0[explained]" {
		t.Errorf("the desk got %+v", r)
	}
}

func TestWhileTheDeskIsAsked(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	p.Tap(p.Button(p.words().Survey.None))
	p.Hold = true
	p.face(5)
	p.Tap(p.Button(p.words().Survey.Finish))
	p.face(1) // not taken
	p.Answer()
	if r := p.desk.last(t); r.Score != 5 || len(p.desk.ratings) != 1 {
		t.Errorf("the desk got %+v", p.desk.ratings)
	}
}

func TestOnlyWhatIsTypedOrChosenIsPrivate(t *testing.T) {
	p := newPlay(t, flowtest.Usual)
	private := []bool{p.Flow.Private()}
	p.Tap(p.Button(p.words().Survey.Type))
	private = append(private, p.Flow.Private())
	p.flow.Back()
	p.Tap(p.Button(p.words().Survey.None))
	private = append(private, p.Flow.Private())
	if !slices.Equal(private, []bool{false, true, true}) {
		t.Errorf("private: %v", private)
	}
}

func TestWithoutAScanner(t *testing.T) {
	s := flowtest.New(t, flowtest.Usual, func(shell flow.Shell) flow.Flow { return New(shell, Options{Desk: newDesk()}) })
	c := &s.Scene().Words.Survey
	if s.Reads(c.Scan) || strings.Contains(s.Flow.Spoken(s.Scene()), c.ScanMore) {
		t.Error("a scanner is promised that there is not")
	}
	s.MustRead(c.Type, c.None)
}

// questionnaires are documents of any questions with any conditions.
func questionnaires(t *rapid.T) *asked.Questionnaire {
	q := &asked.Questionnaire{ID: "any", Version: 1, Questions: []asked.Question{{ID: "q0", Kind: asked.Level}}}
	for i := range rapid.IntRange(0, asked.MaxQuestions-1).Draw(t, "questions") {
		one := asked.Question{ID: fmt.Sprintf("q%d", i+1), Kind: rapid.SampledFrom([]asked.Kind{asked.Level, asked.One, asked.Many}).Draw(t, "kind")}
		if one.Kind != asked.Level {
			for j := range rapid.IntRange(2, asked.MaxOptions).Draw(t, "options") {
				one.Options = append(one.Options, asked.Option{ID: fmt.Sprintf("o%d", j)})
			}
		}
		if rapid.Bool().Draw(t, "conditional") {
			about := rapid.SampledFrom(q.Questions).Draw(t, "about")
			one.When = &asked.When{Question: about.ID}
			if about.Kind == asked.Level {
				one.When.Scores = []int{rapid.IntRange(1, 5).Draw(t, "score")}
			} else {
				one.When.Options = []string{rapid.SampledFrom(about.Options).Draw(t, "option").ID}
			}
		}
		q.Questions = append(q.Questions, one)
	}
	return q
}

// TestAnyTaps holds of any questionnaire and any taps: the question on the screen is one that applies, there is a way on
// and a way back that end, what is sent fits the questionnaire, and one request is one rating.
func TestAnyTaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := questionnaires(t)
		s := state{}.ask(q, Visit{Ticket: "t1"})
		requests, sent := 0, map[string]string{}
		newRequest := func() string { requests++; return fmt.Sprint(requests) }
		for range rapid.IntRange(0, 40).Draw(t, "taps") {
			question, _, _ := s.current(q)
			if question.ID != s.question {
				t.Fatalf("on the screen is %q, which does not apply", s.question)
			}
			switch rapid.IntRange(0, 4).Draw(t, "tap") {
			case 0:
				if question.Kind == asked.Level {
					s = s.say(record.SurveyAnswer{Score: rapid.IntRange(1, 5).Draw(t, "level")})
				} else if id := rapid.SampledFrom(question.Options).Draw(t, "chosen").ID; question.Kind == asked.One {
					s = s.say(record.SurveyAnswer{Options: []string{id}})
				} else {
					s = s.toggle(id)
				}
			case 1:
				s = s.say(record.SurveyAnswer{})
			case 2:
				s, _ = s.next(q)
			case 3:
				if s, _ = s.back(q); s.step != asking {
					s = s.ask(q, Visit{Ticket: "t1"})
				}
			case 4:
				r, ok := s.rated(q, newRequest)
				if !ok {
					if q.Score(s.answers) != 0 {
						t.Fatal("a level was chosen and does not count")
					}
					break
				}
				if err := q.Validate(r.Answers); err != nil {
					t.Fatalf("sent: %v", err)
				}
				said := fmt.Sprint(r.Score, answers(r.Answers))
				if before, again := sent[r.Request]; again && before != said {
					t.Fatalf("request %s of %s and of %s", r.Request, before, said)
				}
				sent[r.Request], s.rating = said, r
			}
		}
		on, back := s, s
		for range len(q.Questions) {
			on, _ = on.next(q)
		}
		if _, more := on.next(q); more {
			t.Fatal("the questions do not end")
		}
		for range len(q.Questions) + 1 {
			back, _ = back.back(q)
		}
		if back.step != whose {
			t.Fatalf("the way back ends at %v", back.step)
		}
	})
}
