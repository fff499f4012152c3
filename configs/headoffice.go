package configs

import (
	"net"
	"strconv"
	"time"
)

// HeadOffice is the configuration of the program headoffice.
type HeadOffice struct {
	// Data is the folder that holds the database. One program instance owns it.
	Data string `yaml:"data"`
	// HTTP serves the pages and the API, MQTT the broker within.
	HTTP Listener `yaml:"http"`
	MQTT Listener `yaml:"mqtt"`
	// Broker is an outside broker to use instead of the one within; without a URL there is none.
	Broker Broker `yaml:"broker"`
	// TimeZone is that of the pages, such as Asia/Shanghai; empty means the machine's own. The API speaks UTC.
	TimeZone string `yaml:"time_zone"`
	// ActTokensFile holds who may give commands and change what stations go by: lines of name:token. Empty means nobody.
	ActTokensFile string `yaml:"act_tokens_file"`
}

// Listener says where to listen, and how.
type Listener struct {
	// Listen is host:port; port 0 takes a free one.
	Listen string `yaml:"listen"`
	// Cert and Key are PEM files: this side's certificate. ClientCA, when given, holds who signs the certificates that
	// clients must show.
	Cert     string `yaml:"cert"`
	Key      string `yaml:"key"`
	ClientCA string `yaml:"client_ca"`
	// Insecure allows to listen without TLS at an address that is not this machine's own. It is logged at every start.
	Insecure bool `yaml:"insecure"`
}

// HeadOfficeOverrides are the flags of headoffice that win over its file. Empty means not given.
type HeadOfficeOverrides struct {
	Data, HTTP, MQTT, Broker string
}

// LoadHeadOffice reads head office's configuration strictly; an empty path means no file, flags alone.
func LoadHeadOffice(path string, flags HeadOfficeOverrides) (HeadOffice, error) {
	h := HeadOffice{
		Data: "data/headoffice",
		HTTP: Listener{Listen: "127.0.0.1:8080"},
		MQTT: Listener{Listen: "127.0.0.1:1883"},
	}
	err := load(path, &h, flags.apply, func(h *HeadOffice, c *checker) { h.check(c) })
	return h, err
}

func (o HeadOfficeOverrides) apply(h *HeadOffice) {
	for _, set := range []struct {
		flag string
		to   *string
	}{{o.Data, &h.Data}, {o.HTTP, &h.HTTP.Listen}, {o.MQTT, &h.MQTT.Listen}, {o.Broker, &h.Broker.URL}} {
		if set.flag != "" {
			*set.to = set.flag
		}
	}
}

func (h *HeadOffice) check(c *checker) {
	c.require(h.Data != "", "$.data", "the folder for the database (or the flag --data)")
	h.HTTP.check(c, "$.http")
	h.MQTT.check(c, "$.mqtt")
	switch {
	case h.Broker.URL != "":
		h.Broker.check(c, "$.broker")
	case h.Broker != (Broker{}):
		c.require(false, "$.broker.url", "the URL of the outside broker that the other keys are for (or the flag --broker)")
	}
	if _, err := time.LoadLocation(h.TimeZone); err != nil {
		c.fail("$.time_zone", "%q: expected a name such as Asia/Shanghai or UTC", h.TimeZone)
	}
}

func (l *Listener) check(c *checker, path string) {
	_, port, err := net.SplitHostPort(l.Listen)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		c.fail(path+".listen", "%q: expected host:port, such as 127.0.0.1:8080", l.Listen)
	}
	if (l.Cert == "") != (l.Key == "") {
		c.fail(path, "cert and key: expected both or neither")
	}
	if l.ClientCA != "" && l.Cert == "" {
		c.fail(path+".client_ca", "cert and key missing: client certificates belong to TLS")
	}
}
