package configs

import (
	"net/url"
	"time"

	"stationkeeper/internal/record"
)

// Node is the part of the configuration that every program at a station has: who it is, where its data lies, and
// how it reaches head office.
type Node struct {
	// Station and Node are the first two levels of the topics: letters, digits, '.', '_', '-'.
	Station string `yaml:"station"`
	Node    string `yaml:"node"`
	// Data is the folder that holds the journal. One program instance owns it.
	Data    string  `yaml:"data"`
	Broker  Broker  `yaml:"broker"`
	Journal Journal `yaml:"journal"`
	Uplink  Uplink  `yaml:"uplink"`
}

// Broker says how to reach the MQTT broker.
type Broker struct {
	// URL is mqtt://host:port or mqtts://host:port.
	URL string `yaml:"url"`
	// CA, Cert and Key are PEM files: whom to trust instead of the system's roots, and a client certificate.
	CA   string `yaml:"ca"`
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// Username and PasswordFile log in at the broker; the file's first line is the password.
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
	// Insecure allows plain mqtt:// to a host that is not this machine. It is logged at every start.
	Insecure bool `yaml:"insecure"`
}

// Journal bounds the journal file.
type Journal struct {
	// MaxMegabytes caps the records kept, in 10^6 bytes as they lie on the disk. When it is reached, telemetry is
	// thinned, then its oldest goes, events last of all.
	MaxMegabytes int `yaml:"max_megabytes"`
	// MaxRecords caps their number in the same way; 0 is no limit.
	MaxRecords int64 `yaml:"max_records"`
	// MaxAge is how long telemetry is kept that head office has not acknowledged; 0 is no limit.
	MaxAge time.Duration `yaml:"max_age"`
	// Retain is how long a record is kept after head office has acknowledged it.
	Retain time.Duration `yaml:"retain"`
	// TelemetryDelay is how long telemetry may wait for a commit to ride along with.
	TelemetryDelay time.Duration `yaml:"telemetry_delay"`
}

// Uplink says how records are sent.
type Uplink struct {
	// DrainKilobytesPerSecond bounds what is sent of a backlog, in 10^3 bytes, for lines that are metered or shared; 0 is
	// no limit. What happens now is sent at once all the same.
	DrainKilobytesPerSecond int `yaml:"drain_kilobytes_per_second"`
}

// DrainRate is DrainKilobytesPerSecond in bytes per second.
func (u Uplink) DrainRate() int { return u.DrainKilobytesPerSecond * 1e3 }

// Overrides are the flags of a node program that win over its file. Empty means not given.
type Overrides struct {
	Station, Node, Broker, Data string
}

// MaxBytes is MaxMegabytes in bytes.
func (j Journal) MaxBytes() int64 { return int64(j.MaxMegabytes) * 1e6 }

func defaultNode(node string) Node {
	return Node{
		Node:    node,
		Broker:  Broker{URL: "mqtt://127.0.0.1:1883"},
		Journal: Journal{MaxMegabytes: 512, Retain: 7 * 24 * time.Hour, TelemetryDelay: 30 * time.Second},
	}
}

func (o Overrides) apply(n *Node) {
	for _, set := range []struct {
		flag string
		to   *string
	}{{o.Station, &n.Station}, {o.Node, &n.Node}, {o.Broker, &n.Broker.URL}, {o.Data, &n.Data}} {
		if set.flag != "" {
			*set.to = set.flag
		}
	}
}

func (n *Node) check(c *checker) {
	c.require(n.Station != "", "$.station", "the station's name, such as demo (or the flag --station)")
	if n.Station != "" {
		if err := record.CheckName("station", n.Station); err != nil {
			c.fail("$.station", "%v", err)
		}
	}
	c.require(n.Node != "", "$.node", "the node's name within the station, such as agent (or the flag --node)")
	if n.Node != "" {
		if err := record.CheckName("node", n.Node); err != nil {
			c.fail("$.node", "%v", err)
		}
	}
	c.require(n.Data != "", "$.data", "the folder for the journal (or the flag --data)")
	n.Broker.check(c, "$.broker")
	if n.Journal.MaxMegabytes < 2 {
		c.fail("$.journal.max_megabytes", "expected at least 2, got %d", n.Journal.MaxMegabytes)
	}
	if n.Journal.MaxRecords < 0 {
		c.fail("$.journal.max_records", "expected at least 0, got %d", n.Journal.MaxRecords)
	}
	if n.Journal.MaxAge < 0 {
		c.fail("$.journal.max_age", "expected a duration from 0s, got %s", n.Journal.MaxAge)
	}
	if n.Journal.Retain < 0 {
		c.fail("$.journal.retain", "expected a duration from 0s, got %s", n.Journal.Retain)
	}
	if n.Journal.TelemetryDelay <= 0 {
		c.fail("$.journal.telemetry_delay", "expected a duration above 0s, got %s", n.Journal.TelemetryDelay)
	}
	if n.Uplink.DrainKilobytesPerSecond < 0 {
		c.fail("$.uplink.drain_kilobytes_per_second", "expected at least 0, got %d", n.Uplink.DrainKilobytesPerSecond)
	}
}

func (b *Broker) check(c *checker, path string) {
	u, err := url.Parse(b.URL)
	if err != nil || (u.Scheme != "mqtt" && u.Scheme != "mqtts") || u.Hostname() == "" {
		c.fail(path+".url", "%q: expected mqtt://host:port or mqtts://host:port", b.URL)
	}
	if (b.Cert == "") != (b.Key == "") {
		c.fail(path, "cert and key: expected both or neither")
	}
	if b.PasswordFile != "" && b.Username == "" {
		c.fail(path+".password_file", "username missing: expected both or neither")
	}
}
