package survey_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/survey"
)

// document is a questionnaire as head office writes it, with one thing replaced by another.
func document(t *testing.T, old, replacement string) []byte {
	t.Helper()
	const good = `{"id": "visit", "version": 3, "title": {"zh": "评价", "en": "Rating"}, "questions": [
		{"id": "overall", "kind": "level", "text": {"zh": "总体", "en": "Overall"}},
		{"id": "reason", "kind": "one", "text": {"zh": "原因", "en": "Reason"}, "when": {"question": "overall", "scores": [1, 2]},
			"options": [{"id": "wait", "text": {"zh": "等候", "en": "The wait"}}, {"id": "staff", "text": {"zh": "人员", "en": "The staff"}}]},
		{"id": "which", "kind": "many", "text": {"zh": "哪些", "en": "Which"}, "when": {"question": "reason", "options": ["staff"]},
			"options": [{"id": "rude", "text": {"zh": "态度", "en": "Manner"}}, {"id": "slow", "text": {"zh": "太慢", "en": "Too slow"}}]},
		{"id": "place", "kind": "level", "text": {"zh": "环境", "en": "The hall"}}]}`
	if !strings.Contains(good, old) {
		t.Fatalf("the document has no %q", old)
	}
	return []byte(strings.Replace(good, old, replacement, 1))
}

func parse(t *testing.T) *survey.Questionnaire {
	t.Helper()
	q, err := survey.Parse(document(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestProblemsAreNamedByTheirPaths(t *testing.T) {
	options := strings.Repeat(`{"id":"o%d","text":{"zh":"甲%d","en":"A%d"}},`, 1)
	var nine strings.Builder
	for i := range 9 {
		fmt.Fprintf(&nine, options, i, i, i)
	}
	var eight strings.Builder
	for i := range 4 {
		fmt.Fprintf(&eight, `,{"id":"q%d","kind":"level","text":{"zh":"环境","en":"The hall"}}`, i)
	}
	for _, c := range []struct{ name, old, replacement, problem string }{
		{"no JSON", `{"id": "visit"`, `{"id": visit`, "document: expected one JSON object"},
		{"unknown member", `"version": 3`, `"version": 3, "colour": "red"`, "colour: there is no such member"},
		{"version", `"version": 3`, `"version": 0`, "version: expected a number from 1"},
		{"version text", `"version": 3`, `"version": "3"`, "version: got 3, expected a whole number"},
		{"id", `"id": "visit"`, `"id": "Visit!"`, "id: \"Visit!\""},
		{"title", `"title": {"zh": "评价", "en": "Rating"}`, `"title": {"zh": "评价"}`, "title.en: the text is missing"},
		{"blank", `"en": "Rating"`, `"en": "Rating "`, "title.en: begins or ends with a blank"},
		{"line break", `"en": "Rating"`, `"en": "Rat\ning"`, "title.en: has a character that is not shown"},
		{"text missing", `"text": {"zh": "总体", "en": "Overall"}`, `"text": {"en": "Overall"}`, "questions[0].text.zh: the text is missing"},
		{"too long for a button", `"The wait"`, `"` + strings.Repeat("w", 33) + `"`, "questions[1].options[0].text.en: 33 characters, and 32 fit"},
		{"kind", `"kind": "one"`, `"kind": "two"`, "questions[1].kind: \"two\""},
		{"first is no level", `"kind": "level", "text": {"zh": "总体"`, `"kind": "one", "text": {"zh": "总体"`, "questions[0]: the first question"},
		{"first has a condition", `"text": {"zh": "总体", "en": "Overall"}`, `"text": {"zh": "总体", "en": "Overall"}, "when": {"question": "place", "scores": [1]}`, "questions[0]: the first question"},
		{"id twice", `"id": "place"`, `"id": "reason"`, "questions[3].id: \"reason\" is that of questions[1]"},
		{"option twice", `"id": "slow"`, `"id": "rude"`, "questions[2].options[1].id: \"rude\" is that of options[0]"},
		{"option says the same", `"zh": "太慢", "en": "Too slow"`, `"zh": "态度", "en": "Manner"`, "questions[2].options[1].text: says what options[0] says"},
		{"one option", `, {"id": "slow", "text": {"zh": "太慢", "en": "Too slow"}}`, ``, "questions[2].options: expected 2 to 8, got 1"},
		{"nine options", `{"id": "rude"`, nine.String() + `{"id": "rude"`, "questions[2].options: expected 2 to 8, got 11"},
		{"options of a level", `{"zh": "环境", "en": "The hall"}`, `{"zh": "环境", "en": "The hall"}, "options": [{"id": "a", "text": {"zh": "甲", "en": "A"}}]`, "questions[3].options: a level has none"},
		{"eight questions", `"en": "The hall"}}`, `"en": "The hall"}}` + eight.String(), "questions: 8 questions"},
		{"unknown target", `"question": "overall"`, `"question": "weather"`, "questions[1].when.question: \"weather\": there is no such question"},
		{"itself", `"question": "overall"`, `"question": "reason"`, "questions[1].when.question: \"reason\" is the question itself"},
		{"forward, and so any cycle", `"question": "overall", "scores": [1, 2]`, `"question": "which", "options": ["rude"]`, "questions[1].when.question: \"which\" comes later"},
		{"no score", `"scores": [1, 2]`, `"scores": []`, "questions[1].when.scores: expected at least one"},
		{"score", `"scores": [1, 2]`, `"scores": [1, 6]`, "questions[1].when.scores[1]: expected 1 to 5, got 6"},
		{"score twice", `"scores": [1, 2]`, `"scores": [1, 1]`, "questions[1].when.scores[1]: 1 comes twice"},
		{"options of a level's answer", `"scores": [1, 2]`, `"scores": [1], "options": ["wait"]`, "questions[1].when.options: \"overall\" is answered with a level"},
		{"scores of options", `"options": ["staff"]`, `"scores": [1], "options": ["staff"]`, "questions[2].when.scores: \"reason\" is answered with options"},
		{"unknown option", `"options": ["staff"]`, `"options": ["weather"]`, "questions[2].when.options[0]: \"weather\" is not an option of \"reason\""},
		{"no option", `"options": ["staff"]`, `"options": []`, "questions[2].when.options: expected at least one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := survey.Parse(document(t, c.old, c.replacement))
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%+v, %v; want %s", q, err, c.problem)
			}
		})
	}
	if _, err := survey.Parse([]byte(`{"id": "v", "version": 1, "title": {"zh": "评", "en": "R"}, "questions": []}`)); err == nil || !strings.Contains(err.Error(), "questions: expected 1 to 7") {
		t.Errorf("no question: %v", err)
	}
}

func TestDefaultAndTheExampleAreSound(t *testing.T) {
	if err := survey.Default().Check(); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile("../../configs/questionnaire.example.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := survey.Parse(text); err != nil {
		t.Error(err)
	}
	spelled, err := json.Marshal(survey.Default())
	if err != nil {
		t.Fatal(err)
	}
	spelled = []byte(strings.NewReplacer(`"options":null,`, ``, `,"when":null`, ``, `"scores":null,`, ``, `,"options":null`, ``).Replace(string(spelled)))
	if again, err := survey.Parse(spelled); err != nil || again.ID != "visit" || len(again.Questions) != len(survey.Default().Questions) {
		t.Errorf("the usual questionnaire as a document: %v", err)
	}
}

func level(question string, score int) record.SurveyAnswer {
	return record.SurveyAnswer{Question: question, Score: score}
}

func chose(question string, options ...string) record.SurveyAnswer {
	return record.SurveyAnswer{Question: question, Options: options}
}

func asked(q *survey.Questionnaire, answers ...record.SurveyAnswer) string {
	var ids []string
	for _, one := range q.Asked(answers) {
		ids = append(ids, one.ID)
	}
	return strings.Join(ids, " ")
}

func TestWhatIsAsked(t *testing.T) {
	q := parse(t)
	for _, c := range []struct {
		want    string
		answers []record.SurveyAnswer
	}{
		{"overall place", nil},
		{"overall place", []record.SurveyAnswer{level("overall", 3)}},
		{"overall reason place", []record.SurveyAnswer{level("overall", 2)}},
		{"overall reason place", []record.SurveyAnswer{level("overall", 2), chose("reason", "wait")}},
		{"overall reason which place", []record.SurveyAnswer{level("overall", 2), chose("reason", "staff")}},
		// The reason was given before the level was changed: it has no say any more.
		{"overall place", []record.SurveyAnswer{level("overall", 5), chose("reason", "staff")}},
	} {
		if got := asked(q, c.answers...); got != c.want {
			t.Errorf("after %+v: %s, want %s", c.answers, got, c.want)
		}
	}
	answers := []record.SurveyAnswer{level("overall", 1)}
	first, _ := q.Next("", nil)
	second, _ := q.Next("overall", answers)
	third, _ := q.Next("reason", answers) // which was skipped
	_, more := q.Next("place", answers)
	if _, stray := q.Next("weather", answers); first.ID != "overall" || second.ID != "reason" || third.ID != "place" || more || stray {
		t.Errorf("%s, %s, %s, %v", first.ID, second.ID, third.ID, more)
	}
	if left := q.Applying([]record.SurveyAnswer{chose("reason", "staff"), level("place", 4), level("overall", 4)}); !reflect.DeepEqual(left, []record.SurveyAnswer{level("overall", 4), level("place", 4)}) {
		t.Errorf("applying: %+v", left)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	q := parse(t)
	for name, c := range map[string]struct {
		want    error
		answers []record.SurveyAnswer
	}{
		"nothing":            {survey.ErrScore, nil},
		"no overall":         {survey.ErrScore, []record.SurveyAnswer{level("place", 5)}},
		"overall of 6":       {survey.ErrScore, []record.SurveyAnswer{level("overall", 6)}},
		"level of 0":         {survey.ErrScore, []record.SurveyAnswer{level("overall", 4), level("place", 0)}},
		"unknown question":   {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 4), level("weather", 1)}},
		"not to be asked":    {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 4), chose("reason", "wait")}},
		"not, at second":     {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 1), chose("reason", "wait"), chose("which", "rude")}},
		"twice":              {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 4), level("overall", 5)}},
		"unknown option":     {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 1), chose("reason", "weather")}},
		"option twice":       {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 1), chose("reason", "staff"), chose("which", "rude", "rude")}},
		"two of one":         {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 1), chose("reason", "staff", "wait")}},
		"none of many":       {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 1), chose("reason")}},
		"options of a level": {survey.ErrAnswer, []record.SurveyAnswer{{Question: "overall", Score: 4, Options: []string{"wait"}}}},
		"level of options":   {survey.ErrAnswer, []record.SurveyAnswer{level("overall", 1), {Question: "reason", Score: 1, Options: []string{"wait"}}}},
	} {
		if err := q.Validate(c.answers); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := q.Validate([]record.SurveyAnswer{chose("which", "slow", "rude"), chose("reason", "staff"), level("overall", 1)}); err != nil {
		t.Errorf("in another order: %v", err)
	}
}

// TestAnyAnswersThatApplyAreAccepted answers a questionnaire at random, step by step as a screen asks, and changes answers
// afterwards.
func TestAnyAnswersThatApplyAreAccepted(t *testing.T) {
	q := parse(t)
	rapid.Check(t, func(t *rapid.T) {
		answers := []record.SurveyAnswer{level("overall", rapid.IntRange(1, 5).Draw(t, "overall"))}
		for range rapid.IntRange(0, 8).Draw(t, "answers") {
			question := rapid.SampledFrom(q.Asked(answers)).Draw(t, "question")
			a := record.SurveyAnswer{Question: question.ID}
			if question.Kind == survey.Level {
				a.Score = rapid.IntRange(1, 5).Draw(t, "score")
			} else {
				for _, o := range question.Options {
					if len(a.Options) == 0 || question.Kind == survey.Many && rapid.Bool().Draw(t, "also") {
						a.Options = append(a.Options, o.ID)
					}
				}
			}
			answers = append(slices.DeleteFunc(answers, func(b record.SurveyAnswer) bool { return b.Question == a.Question }), a)
		}
		if err := q.Validate(q.Applying(answers)); err != nil {
			t.Fatalf("%+v: %v", answers, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	text, err := os.ReadFile("../../configs/questionnaire.example.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"questions":[{"when":{}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		q, err := survey.Parse(text)
		if err != nil {
			return
		}
		if err := q.Validate([]record.SurveyAnswer{level(q.Overall().ID, 3)}); err != nil {
			t.Errorf("a questionnaire that nobody can answer: %v", err)
		}
	})
}
