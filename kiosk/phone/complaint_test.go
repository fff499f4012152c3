package phone_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/internal/record"
	"stationkeeper/kiosk/phone"
)

// page is the address of a new page to write on.
func (s *site) page() string { return s.url + "/c/" + s.tokens.New(s.now()) }

func (s *site) filed() []record.ComplaintData {
	s.t.Helper()
	var all []record.ComplaintData
	for _, r := range s.records(record.ComplaintFiled) {
		var d record.ComplaintData
		if err := json.Unmarshal(r.Data, &d); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

func TestComplaintOpensACase(t *testing.T) {
	s := open(t)
	address := s.page()
	form := s.get(address + "?lang=en").form()
	form.Set("kind", "complaint")
	form.Set("topic", "wait")
	form["detail"] = []string{"wait/long", "wait/order", "charges/wrong"}
	form.Set("text", "等了一个小时，\r\n还没有叫到。\x00")
	form.Set("phone", "+86 138-0000 1234")
	done := s.post(address+"?lang=en", form)
	opened := s.hall.Snapshot().Cases.Open
	if len(opened) != 1 {
		t.Fatalf("cases %+v", opened)
	}
	one := opened[0]
	done.expect(t, http.StatusOK, "Received, thank you", one.Number, one.Deadline.Add(-time.Minute).In(shanghai).Format("by 15:04 on 2 January 2006"))
	if one.Text != "等了一个小时，\n还没有叫到。" || one.Phone != "8613800001234" || one.Topic != "wait" || !slices.Equal(one.Details, []string{"long", "order"}) || one.Owner != "supervisor" {
		t.Errorf("case %+v", one)
	}
	// The form again is the same complaint; another one is another.
	s.post(address+"?lang=en", form).expect(t, http.StatusOK, one.Number)
	if got := s.filed(); len(got) != 1 || got[0].Channel != "telephone" || got[0].Language != "en" {
		t.Errorf("filed %+v", got)
	}
	form.Set("text", "还有一件事")
	changed := s.post(address+"?lang=en", form)
	changed.expect(t, http.StatusConflict, "还有一件事")
	again := changed.form()
	again.Set("kind", "suggestion")
	again.Set("text", "多放几把椅子")
	thanks := s.post(address+"?lang=en", again)
	thanks.expect(t, http.StatusOK, "Received, thank you", "head office reads them")
	if strings.Contains(thanks.body, "Your reference") || len(s.hall.Snapshot().Cases.Open) != 1 || len(s.filed()) != 2 {
		t.Errorf("a suggestion opened a case:\n%s", thanks.body)
	}
}

func TestComplaintsThatHaveToBeMended(t *testing.T) {
	s := open(t)
	address := s.page() + "?lang=en"
	for _, c := range []struct {
		name, kind, topic, text, phone string
		says                           []string
	}{
		{"nothing", "", "", "", "", []string{"choose complaint, suggestion or praise"}},
		{"no topic", "complaint", "", "话", "", []string{"choose what the complaint is about", "\n话</textarea>"}},
		{"empty praise", "praise", "", " \n ", "", []string{"write something"}},
		{"too long", "complaint", "wait", strings.Repeat("长", 1003), "", []string{"3 characters too long", strings.Repeat("长", 1003)}},
		{"no telephone", "complaint", "wait", "", "call me", []string{"5 to 15 digits", `value="call me"`}},
		{"short telephone", "complaint", "wait", "", "12-34", []string{"5 to 15 digits", `value="12-34"`}},
		{"unknown topic", "complaint", "weather", "", "", []string{"could not be read"}},
		{"markup", "complaint", "", `<script>alert(1)</script>`, "", []string{"&lt;script&gt;alert(1)&lt;/script&gt;"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := s.get(address).form()
			form.Set("kind", c.kind)
			form.Set("topic", c.topic)
			form.Set("text", c.text)
			form.Set("phone", c.phone)
			s.post(address, form).expect(t, http.StatusUnprocessableEntity, append(c.says, form.Get("request"))...)
		})
	}
	if got := s.filed(); got != nil {
		t.Fatalf("filed %+v", got)
	}
	// Exactly a thousand characters fit, whatever they weigh, and full-width digits are digits.
	form := s.get(address).form()
	form.Set("kind", "complaint")
	form.Set("topic", "other")
	form.Set("text", strings.Repeat("𠮷", 1000))
	form.Set("phone", "（０１０）８８８８ ６６６６")
	s.journal.broken.Store(true)
	s.post(address, form).expect(t, http.StatusServiceUnavailable, "could not be written down", strings.Repeat("𠮷", 1000))
	s.journal.broken.Store(false)
	s.post(address, form).expect(t, http.StatusOK, "Received, thank you")
	if got := s.filed(); len(got) != 1 || got[0].Phone != "01088886666" {
		t.Errorf("filed %+v", got)
	}
}

func TestPageIsForADayAndThreeMessages(t *testing.T) {
	s := open(t)
	address := s.page()
	for n := range 4 {
		form := s.get(address).form()
		form.Set("kind", "praise")
		form.Set("text", fmt.Sprint("谢谢 ", n))
		want := http.StatusOK
		if n == 3 {
			want = http.StatusTooManyRequests
		}
		s.post(address, form).expect(t, want)
	}
	if n := len(s.filed()); n != 3 {
		t.Errorf("%d filed, want 3", n)
	}
	address = s.page()
	form := s.get(address).form()
	s.late.Store(int64(phone.Valid + time.Second))
	s.get(address+"?lang=en").expect(t, http.StatusGone, "This link has expired")
	form.Set("kind", "praise")
	form.Set("text", "晚了")
	s.post(address, form).expect(t, http.StatusGone, "这个链接已失效")
}

func TestTokensOfOthers(t *testing.T) {
	s := open(t)
	token := s.tokens.New(s.now())
	forged := phone.NewTokens([]byte("another key")).New(s.now())
	turned := token[:20] + map[bool]string{true: "b", false: "a"}[token[20] == 'a'] + token[21:]
	for _, bad := range []string{forged, turned, strings.ToUpper(token), token[:31], token + "a", "x"} {
		s.get(s.url+"/c/"+bad).expect(t, http.StatusNotFound, "这个链接已失效")
	}
	s.get(s.url+"/c/"+token).expect(t, http.StatusOK, "投诉与建议")
	if other := s.tokens.New(s.now()); other == token || len(token) != 32 {
		t.Errorf("tokens %q and %q", token, other)
	}
}
