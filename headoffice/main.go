// Headoffice takes what all stations send, keeps it, acknowledges it, and shows it.
//
//	headoffice [--data DIR] [--http ADDR] [--mqtt ADDR | --broker URL] [--config FILE] [--log-level LEVEL] [--version]
//
// Without flags it keeps its database in ./data/headoffice, shows its pages at http://127.0.0.1:8080 and is the MQTT
// broker at 127.0.0.1:1883. Flags win over the file. See configs/headoffice.example.yaml.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // the pages' time zone is named, and small systems have no list of them

	"stationkeeper/configs"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/lifecycle"
)

// version is set when a release is built.
var version = "dev"

func main() {
	err := start(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintf(os.Stderr, "headoffice: %v\n", err)
		os.Exit(2)
	}
}

// start reads flags and configuration, and runs head office until it is told to stop.
func start(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("headoffice", flag.ContinueOnError)
	flags.SetOutput(stderr)
	config := flags.String("config", "", "configuration `file`")
	var over configs.HeadOfficeOverrides
	flags.StringVar(&over.Data, "data", "", "`folder` for the database (default data/headoffice)")
	flags.StringVar(&over.HTTP, "http", "", "`address` of the pages and the API (default 127.0.0.1:8080)")
	flags.StringVar(&over.MQTT, "mqtt", "", "`address` of the MQTT broker within (default 127.0.0.1:1883)")
	flags.StringVar(&over.Broker, "broker", "", "`URL` of an outside MQTT broker instead: mqtt://host:port or mqtts://host:port")
	level := flags.String("log-level", "info", "debug, info, warn or error")
	show := flags.Bool("version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *show {
		fmt.Fprintln(stdout, version)
		return nil
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q: expected flags only", flags.Arg(0))
	}
	log, err := lifecycle.Log(stderr, *level)
	if err != nil {
		return err
	}
	slog.SetDefault(log) // net/http writes to the standard log: let it have the same form
	c, err := configs.LoadHeadOffice(*config, over)
	if err != nil {
		return err
	}
	o, err := options(c, log)
	if err != nil {
		return err
	}
	lifecycle.Main("headoffice", func(ctx context.Context) error { return Run(ctx, o) })
	return nil
}

// options maps the configuration into what head office is made of.
func options(c configs.HeadOffice, log *slog.Logger) (o Options, err error) {
	o = Options{Version: version, Data: c.Data, HTTP: listen(c.HTTP), MQTT: listen(c.MQTT), Log: log}
	if c.TimeZone != "" {
		if o.Zone, err = time.LoadLocation(c.TimeZone); err != nil {
			return Options{}, fmt.Errorf("time zone: %w", err)
		}
	}
	b := c.Broker
	if b.URL == "" {
		return o, nil
	}
	if o.Broker, err = endpoint.DialBroker(b.URL, endpoint.TLSFiles{CA: b.CA, Cert: b.Cert, Key: b.Key}, b.Insecure, log); err != nil {
		return Options{}, err
	}
	o.BrokerURL, o.Username = b.URL, b.Username
	if b.PasswordFile != "" {
		text, err := os.ReadFile(b.PasswordFile)
		if err != nil {
			return Options{}, fmt.Errorf("read the broker's password: %w", err)
		}
		o.Password, _, _ = strings.Cut(strings.ReplaceAll(string(text), "\r", ""), "\n")
	}
	return o, nil
}

func listen(l configs.Listener) Listener {
	return Listener{
		Addr: l.Listen, TLS: endpoint.TLSFiles{CA: l.ClientCA, Cert: l.Cert, Key: l.Key}, Insecure: l.Insecure,
	}
}
