package access

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// problems gathers what is wrong with a document, each with the path of the member, as in cards[3].hash.
type problems []error

func (p *problems) add(path, format string, a ...any) {
	*p = append(*p, fmt.Errorf("%s: %w", path, fmt.Errorf(format, a...)))
}

// shown is how many problems are named. Who made five thousand cards wrongly made the same mistake in all.
const shown = 50

func (p problems) err() error {
	if len(p) > shown {
		p = append(p[:shown:shown], fmt.Errorf("and %d more", len(p)-shown))
	}
	return errors.Join(p...)
}

// strict reads JSON into a struct, and tells of all that encoding/json would pass over or stop at: members that are not
// known or come twice, null, and values of the wrong kind.
func (p *problems) strict(text []byte, into any) {
	d := json.NewDecoder(bytes.NewReader(text))
	var whole json.RawMessage
	if err := d.Decode(&whole); err != nil {
		p.add("document", "expected a JSON object: %w", err)
		return
	}
	if d.More() {
		p.add("document", "goes on after the JSON object")
	}
	p.value("", whole, reflect.ValueOf(into).Elem())
}

func (p *problems) value(path string, text json.RawMessage, v reflect.Value) {
	if reader, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		var s string
		if p.plain(path, text, &s, "text in quotes") {
			if err := reader.UnmarshalText([]byte(s)); err != nil {
				p.add(path, "%w", err)
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		p.object(path, text, v)
	case reflect.Slice:
		p.list(path, text, v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		p.value(path, text, v.Elem())
	default:
		p.plain(path, text, v.Addr().Interface(), kinds[v.Kind()])
	}
}

var kinds = map[reflect.Kind]string{reflect.String: "text in quotes", reflect.Bool: "true or false", reflect.Int: "a whole number"}

// plain reads a value that has no members. encoding/json would read null as nothing at all.
func (p *problems) plain(path string, text json.RawMessage, into any, expected string) bool {
	if string(text) == "null" || json.Unmarshal(text, into) != nil {
		p.add(path, "%.40s: expected %s", text, expected)
		return false
	}
	return true
}

func (p *problems) list(path string, text json.RawMessage, v reflect.Value) {
	var items []json.RawMessage
	if !p.plain(path, text, &items, "a list") {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		p.value(fmt.Sprintf("%s[%d]", path, i), item, v.Index(i))
	}
}

func (p *problems) object(path string, text json.RawMessage, v reflect.Value) {
	d := json.NewDecoder(bytes.NewReader(text))
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		p.add(cmp.Or(path, "document"), "%.40s: expected an object", text)
		return
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		var member json.RawMessage
		if err == nil {
			err = d.Decode(&member)
		}
		if err != nil { // cannot be: the whole has been read before
			p.add(path, "%w", err)
			return
		}
		name := token.(string)
		at := strings.TrimPrefix(path+"."+name, ".")
		field, ok := fieldOf(v, name)
		switch {
		case !ok:
			p.add(at, "there is no such member")
		case seen[name]:
			p.add(at, "comes twice")
		default:
			p.value(at, member, field)
		}
		seen[name] = true
	}
}

func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("json") == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}
