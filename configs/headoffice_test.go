package configs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestHeadOfficeExampleIsTheStandard(t *testing.T) {
	standard, err := LoadHeadOffice("", HeadOfficeOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	example, err := LoadHeadOffice("headoffice.example.yaml", HeadOfficeOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(example, standard) {
		t.Errorf("example %+v, standard %+v", example, standard)
	}
}

// The commented parts of the example are configuration too.
func TestHeadOfficeExampleUncommented(t *testing.T) {
	text, err := os.ReadFile("headoffice.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(trimmed)]
		if key, _, ok := strings.Cut(strings.TrimPrefix(trimmed, "# "), ": "); ok && !strings.Contains(strings.TrimSpace(key), " ") {
			line = indent + strings.TrimPrefix(trimmed, "# ")
		}
		lines = append(lines, strings.Replace(line, "# broker:\n", "broker:\n", 1))
	}
	h, err := LoadHeadOffice(headOfficeFile(t, strings.Join(lines, "")), HeadOfficeOverrides{})
	if err != nil {
		t.Fatal(err)
	}
	if !h.HTTP.Insecure || h.HTTP.ClientCA == "" || h.MQTT.Key != "/etc/stationkeeper/mqtt.key" || h.Broker.Username != "headoffice" ||
		h.Broker.URL != "mqtts://broker.example.org:8883" || h.TimeZone != "Asia/Shanghai" ||
		h.ActTokensFile != "/etc/stationkeeper/act.tokens" {
		t.Errorf("got %+v", h)
	}
}

func TestHeadOfficeFlagsWin(t *testing.T) {
	file := headOfficeFile(t, "data: d\nhttp: {listen: 'localhost:1'}\nmqtt: {listen: 'localhost:2'}\nbroker: {url: mqtt://a}\n")
	flags := HeadOfficeOverrides{Data: "e", HTTP: "[::1]:0", MQTT: ":3", Broker: "mqtts://b"}
	h, err := LoadHeadOffice(file, flags)
	if err != nil {
		t.Fatal(err)
	}
	if got := (HeadOfficeOverrides{h.Data, h.HTTP.Listen, h.MQTT.Listen, h.Broker.URL}); got != flags {
		t.Errorf("got %+v, want %+v", got, flags)
	}
}

func TestHeadOfficeProblems(t *testing.T) {
	for text, want := range map[string]string{
		"http: {listen: 8080}":                        `:1:16: http.listen: "8080": expected host:port`,
		"mqtt: {listen: 'a:b'}":                       `:1:16: mqtt.listen: "a:b": expected host:port`,
		"http: {cert: a}":                             `:1:8: http: cert and key: expected both or neither`,
		"mqtt: {client_ca: a}":                        `:1:19: mqtt.client_ca: cert and key missing`,
		"broker: {username: a}":                       `:1:10: broker.url: missing: expected the URL`,
		"broker: {url: 'http://a'}":                   `:1:15: broker.url: "http://a": expected mqtt://host:port`,
		"time_zone: Beijing":                          `:1:12: time_zone: "Beijing": expected a name`,
		"data: ''":                                    `:1:7: data: missing: expected the folder`,
		"station: a":                                  `unknown key "station"`,
		"http: {listen: 'a:1', insecure: perhaps}\n#": `expected true or false`,
	} {
		t.Run(text, func(t *testing.T) {
			_, err := LoadHeadOffice(headOfficeFile(t, text), HeadOfficeOverrides{})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

func headOfficeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "headoffice.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
