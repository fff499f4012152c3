package phone

import (
	"reflect"
	"testing"

	"stationkeeper/kiosk/survey"
)

// TestEverythingIsSaidInBothLanguages looks for a text that was forgotten, and for one that is the same in both.
func TestEverythingIsSaidInBothLanguages(t *testing.T) {
	zh, en := reflect.ValueOf(languages["zh"]), reflect.ValueOf(languages["en"])
	for i := range zh.NumField() {
		name := zh.Type().Field(i).Name
		switch a, b := zh.Field(i), en.Field(i); a.Kind() {
		case reflect.String:
			if a.String() == "" || b.String() == "" || a.String() == b.String() {
				t.Errorf("%s: %q and %q", name, a, b)
			}
		case reflect.Map:
			for _, key := range a.MapKeys() {
				if other := b.MapIndex(key); !other.IsValid() || other.String() == "" || a.Len() != b.Len() {
					t.Errorf("%s: %s is missing in English", name, key)
				}
			}
		case reflect.Array:
			for score := survey.VeryDissatisfied; score <= survey.VerySatisfied; score++ {
				if a.Index(score).String() == "" || b.Index(score).String() == "" {
					t.Errorf("%s: level %d is missing", name, score)
				}
			}
		default:
			t.Errorf("%s is of a kind that is not looked at", name)
		}
	}
}
