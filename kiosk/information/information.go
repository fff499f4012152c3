// Package information is what a station tells everybody in its hall: what it charges, what it promises, and who works
// there. It is a document that head office sends, or a file.
package information

import (
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	"stationkeeper/internal/document"
	"stationkeeper/kiosk/bilingual"
)

// Text is what is said, in both languages.
type Text = bilingual.Text

// Information is a document. Each of its parts may be missing: then nothing is said of it.
type Information struct {
	Prices []Group  `json:"prices"`
	Pledge []Text   `json:"pledge"` // the service pledge, one promise each
	Staff  []Person `json:"staff"`
}

// Group is prices that belong together.
type Group struct {
	Text  Text   `json:"text"`
	Items []Item `json:"items"`
}

// Item is one price, as it is shown: "10.00" or "0.05%" is not calculated with.
type Item struct {
	Text  Text   `json:"text"`
	Price string `json:"price"`
	Unit  Text   `json:"unit"` // such as 元/份, yuan a copy
	Note  Text   `json:"note"` // such as by which rule
}

// Person is one of the staff board.
type Person struct {
	Number  string `json:"number"` // the staff number, as on the badge
	Name    string `json:"name"`
	Role    Text   `json:"role"`    // such as 客户经理, account manager
	Counter string `json:"counter"` // id of where the person mostly is; "" for nowhere in particular
}

// Bounds of a document.
const (
	MaxGroups   = 20
	MaxItems    = 40 // of a group
	MaxPromises = 20
	MaxStaff    = 60
	maxPrice    = 16 // characters
	maxName     = 24 // characters
)

var numberPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`)

// Parse reads a document: all of it or, with every problem named by its path, nothing. configs/information.example.json
// is an example with everything in it.
func Parse(text []byte) (Information, error) {
	var i Information
	var p document.Problems
	p.Strict(text, &i)
	if err := p.Err(); err != nil {
		return Information{}, fmt.Errorf("read information: %w", err)
	}
	i.check(&p)
	if err := p.Err(); err != nil {
		return Information{}, fmt.Errorf("read information: %w", err)
	}
	return i, nil
}

func (i Information) check(p *document.Problems) {
	most(p, "prices", len(i.Prices), MaxGroups)
	for j, g := range i.Prices {
		g.check(p, at("prices", j))
	}
	most(p, "pledge", len(i.Pledge), MaxPromises)
	for j, promise := range i.Pledge {
		promise.Check(p, at("pledge", j), bilingual.Sentence)
	}
	most(p, "staff", len(i.Staff), MaxStaff)
	numbers := map[string]int{}
	for j, person := range i.Staff {
		path := at("staff", j)
		person.check(p, path)
		if before, twice := numbers[person.Number]; twice {
			p.Add(path+".number", "%q is that of staff[%d] already", person.Number, before)
		} else {
			numbers[person.Number] = j
		}
	}
}

func (g Group) check(p *document.Problems, path string) {
	g.Text.Check(p, path+".text", bilingual.Heading)
	if len(g.Items) == 0 {
		p.Add(path+".items", "expected at least one price")
	}
	most(p, path+".items", len(g.Items), MaxItems)
	for j, item := range g.Items {
		item.check(p, at(path+".items", j))
	}
}

func (i Item) check(p *document.Problems, path string) {
	i.Text.Check(p, path+".text", bilingual.Heading)
	if n := utf8.RuneCountInString(i.Price); n == 0 || n > maxPrice {
		p.Add(path+".price", "expected 1 to %d characters, got %d", maxPrice, n)
	}
	if !i.Unit.Empty() {
		i.Unit.Check(p, path+".unit", bilingual.Button)
	}
	if !i.Note.Empty() {
		i.Note.Check(p, path+".note", bilingual.Sentence)
	}
}

func (one Person) check(p *document.Problems, path string) {
	if !numberPattern.MatchString(one.Number) {
		p.Add(path+".number", "%.40q: expected 1 to 32 letters, digits, '.', '_', '-'", one.Number)
	}
	if n := utf8.RuneCountInString(one.Name); n == 0 || n > maxName {
		p.Add(path+".name", "expected 1 to %d characters, got %d", maxName, n)
	}
	one.Role.Check(p, path+".role", bilingual.Button)
	if len(one.Counter) > 32 {
		p.Add(path+".counter", "%.40q: longer than any counter's id", one.Counter)
	}
}

func most(p *document.Problems, path string, n, most int) {
	if n > most {
		p.Add(path, "%d, at most %d", n, most)
	}
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
