package phone_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// FuzzForms sends anything as a form. None of it is the kiosk's fault, and each answer is a page.
func FuzzForms(f *testing.F) {
	for _, body := range []string{
		"", "kind=complaint&topic=wait&detail=wait/long&text=x&phone=13800001234", "kind=praise&text=%00%ff%e4", "switch=en&text=" + strings.Repeat("a", 3000),
		"q-overall=1&q-reasons=wait&questionnaire=visit&version=1&request=phone-abc", "q-overall=9", "questionnaire=visit&version=-1", "%zz", "lang=zz&switch=zz", "a=1;b=2",
		"request=" + strings.Repeat("r", 500),
	} {
		f.Add(true, body)
		f.Add(false, body)
	}
	s := open(f)
	rate, token := s.rateURL(s.visit()), s.tokens.New(s.now())
	f.Fuzz(func(t *testing.T, complains bool, body string) {
		address := rate
		if complains {
			address = s.url + "/c/" + token
		}
		r, err := http.NewRequestWithContext(context.Background(), "POST", address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		page, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		limited := got.StatusCode == http.StatusTooManyRequests && strings.HasPrefix(got.Header.Get("Content-Type"), "application/json")
		if got.StatusCode >= 500 || !limited && !strings.HasPrefix(string(page), "<!doctype html>") {
			t.Errorf("%q: %s\n%s", body, got.Status, page)
		}
	})
}
