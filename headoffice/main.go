// Headoffice takes what all stations send, keeps it, acknowledges it, and shows it.
//
//	headoffice [--data DIR] [--http ADDR] [--mqtt ADDR | --broker URL] [--config FILE] [--log-level LEVEL] [--version]
//
// Without flags it keeps its database in ./data/headoffice, shows its pages at http://127.0.0.1:8080 and is the MQTT
// broker at 127.0.0.1:1883. Flags win over the file. See configs/headoffice.example.yaml.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"time"
	_ "time/tzdata" // the pages' time zone is named, and small systems have no list of them

	"stationkeeper/configs"
	"stationkeeper/headoffice/actors"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/lifecycle"
)

// version is set when a release is built.
var version = "dev"

func main() { command().Execute() }

func command() lifecycle.Command {
	var over configs.HeadOfficeOverrides
	var rebuild bool
	return lifecycle.Command{
		Name: "headoffice", Version: version,
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&over.Data, "data", "", "`folder` for the database (default data/headoffice)")
			flags.StringVar(&over.HTTP, "http", "", "`address` of the pages and the API (default 127.0.0.1:8080)")
			flags.StringVar(&over.MQTT, "mqtt", "", "`address` of the MQTT broker within (default 127.0.0.1:1883)")
			flags.BoolVar(&rebuild, "rebuild", false, "make lists of events, alarms and charts anew from the stored records")
			flags.StringVar(&over.Broker, "broker", "", "`URL` of an outside MQTT broker instead: mqtt://host:port or mqtts://host:port")
		},
		Prepare: func(file string, log *slog.Logger) (func(context.Context) error, error) {
			c, err := configs.LoadHeadOffice(file, over)
			if err != nil {
				return nil, err
			}
			o, err := options(c, log)
			if err != nil {
				return nil, err
			}
			o.Rebuild = rebuild
			return func(ctx context.Context) error { return Run(ctx, o) }, nil
		},
	}
}

// options maps the configuration into what head office is made of.
func options(c configs.HeadOffice, log *slog.Logger) (o Options, err error) {
	o = Options{Version: version, Data: c.Data, HTTP: listen(c.HTTP), MQTT: listen(c.MQTT), Log: log}
	if c.TimeZone != "" {
		if o.Zone, err = time.LoadLocation(c.TimeZone); err != nil {
			return Options{}, fmt.Errorf("time zone: %w", err)
		}
	}
	if c.ActTokensFile != "" {
		if o.Actors, err = actors.Load(c.ActTokensFile); err != nil {
			return Options{}, err
		}
	}
	if c.Broker.URL != "" {
		o.Broker, err = endpoint.Remote(c.Broker).Resolve(log)
	}
	return o, err
}

func listen(l configs.Listener) Listener {
	return Listener{
		Addr: l.Listen, TLS: endpoint.TLSFiles{CA: l.ClientCA, Cert: l.Cert, Key: l.Key}, Insecure: l.Insecure,
	}
}
