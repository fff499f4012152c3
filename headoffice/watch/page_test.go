package watch

import (
	"net/http"
	"strings"
	"testing"
)

func TestStationPage(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	for language, texts := range map[string][]string{
		"zh": {"机房 · 温度", "28.6", "未解除告警", "重要", "故障", "no answer", "正在等候", "generator.started", "fuel: 71"},
		"en": {"Machine room · temperature", "28.6", "Open alarms", "Major", "Faulty", "no answer", "Waiting", "generator.started", "fuel: 71"},
	} {
		rw := o.get("/stations/hangzhou-01?lang=" + language)
		if rw.Code != http.StatusOK {
			t.Fatalf("%s: status %d", language, rw.Code)
		}
		for _, text := range texts {
			if !strings.Contains(rw.Body.String(), text) {
				t.Errorf("%s: %q is missing", language, text)
			}
		}
	}
}
