package lang

import "reflect"

// Sentences returns everything that a catalogue can say, functions with typical arguments: what a font must be able
// to draw.
func (c *Catalogue) Sentences() []string { return spoken(reflect.ValueOf(*c)) }

// Typical arguments: counts that differ in their plural, months, and the largest that anybody will see.
var (
	typicalNumbers = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 67890}
	typicalTexts   = []string{"", "01:23", "45678-9"}
)

// spoken reads the sentences of a value: a text, a function that makes one, or several of these.
func spoken(v reflect.Value) (all []string) {
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Func:
		return called(v, nil)
	case reflect.Struct:
		for i := range v.NumField() {
			all = append(all, spoken(v.Field(i))...)
		}
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			all = append(all, spoken(v.Index(i))...)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			all = append(all, spoken(v.MapIndex(key))...)
		}
	}
	return all
}

// called calls a function with the arguments given and every typical one for the rest.
func called(f reflect.Value, given []reflect.Value) (all []string) {
	if len(given) == f.Type().NumIn() {
		return []string{f.Call(given)[0].String()}
	}
	if f.Type().In(len(given)).Kind() == reflect.Int {
		for _, n := range typicalNumbers {
			all = append(all, called(f, append(given, reflect.ValueOf(n)))...)
		}
		return all
	}
	for _, text := range typicalTexts {
		all = append(all, called(f, append(given, reflect.ValueOf(text)))...)
	}
	return all
}
