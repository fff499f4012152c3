// Package document reads the documents that head office sends to a station, such as who may pass which door or who
// works at which counter: JSON, strictly, with every problem named by its path at once. Who wrote a document by hand
// corrects it once.
package document

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// Problems gathers what is wrong with a document, each with the path of the member, as in cards[3].hash.
type Problems []error

// Add notes one. The path is that of the member; the error of a %w in format can be found again.
func (p *Problems) Add(path, format string, a ...any) {
	*p = append(*p, fmt.Errorf("%s: %w", path, fmt.Errorf(format, a...)))
}

// shown is how many problems are named. Who made five thousand cards wrongly made the same mistake in all.
const shown = 50

// Err is nil when there is none, else all of them, as far as anybody reads.
func (p Problems) Err() error {
	if len(p) > shown {
		p = append(p[:shown:shown], fmt.Errorf("and %d more", len(p)-shown))
	}
	return errors.Join(p...)
}

// Strict reads JSON into the struct that into points to, and tells of all that encoding/json would pass over or stop at: members that are not
// known or come twice, null, and values of the wrong kind.
func (p *Problems) Strict(text []byte, into any) {
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		p.Add("document", "expected one JSON object: %w", err)
		return
	}
	r := reader{Problems: p, d: json.NewDecoder(bytes.NewReader(text)), members: map[reflect.Type]map[string]int{}}
	r.d.UseNumber()
	r.value("", reflect.ValueOf(into).Elem())
}

// reader goes through JSON that is sound.
type reader struct {
	*Problems
	d       *json.Decoder
	members map[reflect.Type]map[string]int // of structs, by name: which field
}

func (r *reader) next() json.Token {
	token, err := r.d.Token()
	if err != nil { // cannot be: it has been read before
		panic(fmt.Sprintf("document: JSON that was sound is not: %v", err))
	}
	return token
}

// value reads the next value.
func (r *reader) value(path string, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	token := r.next()
	speller, spelled := v.Addr().Interface().(encoding.TextUnmarshaler)
	switch got := token.(type) {
	case string:
		if spelled {
			if err := speller.UnmarshalText([]byte(got)); err != nil {
				r.Add(path, "%w", err)
			}
			return
		}
		if v.Kind() == reflect.String {
			v.SetString(got)
			return
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(got)
			return
		}
	case json.Number:
		if n, err := strconv.Atoi(got.String()); err == nil && v.Kind() == reflect.Int && !spelled {
			v.SetInt(int64(n))
			return
		}
	case json.Delim:
		if got == '{' && v.Kind() == reflect.Struct && !spelled {
			r.object(path, v)
			return
		}
		if got == '[' && v.Kind() == reflect.Slice {
			r.list(path, v)
			return
		}
	}
	r.wrong(path, token, v, spelled)
}

// wrong tells of a value of the wrong kind, and passes over it.
func (r *reader) wrong(path string, token json.Token, v reflect.Value, spelled bool) {
	expected := map[reflect.Kind]string{reflect.String: "text in quotes", reflect.Bool: "true or false", reflect.Int: "a whole number",
		reflect.Struct: "an object", reflect.Slice: "a list"}[v.Kind()]
	if spelled {
		expected = "text in quotes"
	}
	got := fmt.Sprintf("%.40v", token)
	switch token {
	case nil:
		got = "null"
	case json.Delim('{'):
		got = "an object"
	case json.Delim('['):
		got = "a list"
	}
	r.Add(cmp.Or(path, "document"), "got %s, expected %s", got, expected)
	r.skip(token)
}

// skip passes over the rest of a value that began with a token.
func (r *reader) skip(token json.Token) {
	for depth := 0; ; token = r.next() {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return
		}
	}
}

func (r *reader) list(path string, v reflect.Value) {
	for i := 0; r.d.More(); i++ {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		r.value(path+"["+strconv.Itoa(i)+"]", v.Index(i))
	}
	r.next()
}

func (r *reader) object(path string, v reflect.Value) {
	fields := r.fields(v.Type())
	var seen uint64 // by field
	for r.d.More() {
		name := r.next().(string)
		at := name
		if path != "" {
			at = path + "." + name
		}
		i, ok := fields[name]
		switch {
		case !ok:
			r.Add(at, "there is no such member")
			r.skip(r.next())
		case seen&(1<<i) != 0:
			r.Add(at, "comes twice")
			r.skip(r.next())
		default:
			seen |= 1 << i
			r.value(at, v.Field(i))
		}
	}
	r.next()
}

// fields are those of a struct, by the names of its members.
func (r *reader) fields(of reflect.Type) map[string]int {
	fields, known := r.members[of]
	if !known {
		fields = map[string]int{}
		for i := range of.NumField() {
			fields[of.Field(i).Tag.Get("json")] = i
		}
		r.members[of] = fields
	}
	return fields
}
