package information_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"stationkeeper/kiosk/information"
)

func example(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../../configs/information.example.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheExampleIsSound(t *testing.T) {
	i, err := information.Parse(example(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(i.Prices) != 2 || i.Prices[0].Items[0].Price != "100.00" || i.Prices[0].Items[0].Unit.Zh != "元/次" || len(i.Pledge) != 3 || i.Staff[0].Name != "王芳" || i.Staff[2].Counter != "" {
		t.Errorf("%+v", i)
	}
	if empty, err := information.Parse([]byte(`{}`)); err != nil || empty.Prices != nil || empty.Pledge != nil || empty.Staff != nil {
		t.Errorf("nothing to say: %+v, %v", empty, err)
	}
}

func TestProblemsAreNamedByTheirPaths(t *testing.T) {
	repeat := func(n int, format string) string {
		var all []string
		for i := range n {
			all = append(all, strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	const both = `{"zh":"甲","en":"A"}`
	for _, c := range []struct{ name, document, problem string }{
		{"no JSON", `{"prices"`, "document: expected one JSON object"},
		{"unknown member", `{"phone":"1"}`, "phone: there is no such member"},
		{"group without a text", `{"prices":[{"items":[{"text":` + both + `,"price":"1"}]}]}`, "prices[0].text.zh: the text is missing"},
		{"group without items", `{"prices":[{"text":` + both + `}]}`, "prices[0].items: expected at least one price"},
		{"price is a number", `{"prices":[{"text":` + both + `,"items":[{"text":` + both + `,"price":10}]}]}`, "prices[0].items[0].price: got 10, expected text"},
		{"no price", `{"prices":[{"text":` + both + `,"items":[{"text":` + both + `}]}]}`, "prices[0].items[0].price: expected 1 to 16"},
		{"unit in one language", `{"prices":[{"text":` + both + `,"items":[{"text":` + both + `,"price":"1","unit":{"zh":"元"}}]}]}`, "prices[0].items[0].unit.en: the text is missing"},
		{"note too long", `{"prices":[{"text":` + both + `,"items":[{"text":` + both + `,"price":"1","note":{"zh":"` + strings.Repeat("长", 101) + `","en":"A"}}]}]}`, "prices[0].items[0].note.zh: 101 characters, and 100 fit"},
		{"too many prices", `{"prices":[{"text":` + both + `,"items":` + repeat(41, `{"text":`+both+`,"price":"#"}`) + `}]}`, "prices[0].items: 41, at most 40"},
		{"too many groups", `{"prices":` + repeat(21, `{"text":`+both+`,"items":[{"text":`+both+`,"price":"1"}]}`) + `}`, "prices: 21, at most 20"},
		{"promise in one language", `{"pledge":[` + both + `,{"en":"B"}]}`, "pledge[1].zh: the text is missing"},
		{"too many promises", `{"pledge":` + repeat(21, both) + `}`, "pledge: 21, at most 20"},
		{"staff number", `{"staff":[{"number":"a b","name":"王","role":` + both + `}]}`, "staff[0].number:"},
		{"staff number twice", `{"staff":[{"number":"1","name":"王","role":` + both + `},{"number":"1","name":"李","role":` + both + `}]}`, `staff[1].number: "1" is that of staff[0]`},
		{"no name", `{"staff":[{"number":"1","role":` + both + `}]}`, "staff[0].name: expected 1 to 24"},
		{"no role", `{"staff":[{"number":"1","name":"王"}]}`, "staff[0].role.zh: the text is missing"},
		{"counter", `{"staff":[{"number":"1","name":"王","role":` + both + `,"counter":"` + strings.Repeat("c", 33) + `"}]}`, "staff[0].counter:"},
		{"too many people", `{"staff":` + repeat(61, `{"number":"#","name":"王","role":`+both+`}`) + `}`, "staff: 61, at most 60"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if i, err := information.Parse([]byte(c.document)); err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%+v, %v; want %s", i, err, c.problem)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example(f))
	f.Fuzz(func(t *testing.T, text []byte) {
		i, err := information.Parse(text)
		if err != nil && (i.Prices != nil || i.Pledge != nil || i.Staff != nil) {
			t.Errorf("part of a document that is not sound: %+v", i)
		}
	})
}
