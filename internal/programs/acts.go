package programs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"stationkeeper/internal/record"
)

// Actor is somebody who may act at head office.
type Actor struct {
	API
	Token string
}

// send puts or posts a question and reads the answer.
func (a Actor) send(ctx context.Context, method, path string, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+string(a.API)+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+a.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %.500s", method, path, response.Status, text)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func nodePath(station, node string) string {
	return "/api/v1/stations/" + url.PathEscape(station) + "/nodes/" + url.PathEscape(node)
}

// Configure gives a node documents to go by and returns their version.
func (a Actor) Configure(ctx context.Context, station, node string, documents map[string]json.RawMessage) (version uint64, err error) {
	var given struct {
		Version uint64 `json:"version"`
	}
	err = a.send(ctx, http.MethodPut, nodePath(station, node)+"/config", map[string]any{"documents": documents}, &given)
	return given.Version, err
}

// Order is a command as the API shows it.
type Order struct {
	ID      string     `json:"id"`
	Verb    string     `json:"verb"`
	By      string     `json:"by"`
	Sent    int        `json:"sent"`
	State   string     `json:"state"` // waiting, sent, done, refused, expired or failed
	Reason  string     `json:"reason"`
	Expires time.Time  `json:"expires"`
	Decided *time.Time `json:"decided"`
}

// Command gives a node a command that is not carried out later than expiry from now.
func (a Actor) Command(ctx context.Context, station, node, verb, point string, arguments any, expiry time.Duration) (Order, error) {
	question := map[string]any{"verb": verb, "point": point, "expires_in": expiry.Seconds()}
	if arguments != nil {
		question["arguments"] = arguments
	}
	var o Order
	err := a.send(ctx, http.MethodPost, nodePath(station, node)+"/commands", question, &o)
	return o, err
}

// Order asks what has become of a command.
func (a API) Order(ctx context.Context, station, node, id string) (o Order, err error) {
	err = a.Get(ctx, nodePath(station, node)+"/commands/"+url.PathEscape(id), &o)
	return o, err
}

// Config is what a node is to go by and what it says it goes by.
type Config struct {
	State   string `json:"state"` // none, waiting, applied or refused
	Desired *struct {
		Version uint64 `json:"version"`
	} `json:"desired"`
	Reported *record.Reported `json:"reported"`
}

// Config asks for it.
func (a API) Config(ctx context.Context, station, node string) (c Config, err error) {
	err = a.Get(ctx, nodePath(station, node)+"/config", &c)
	return c, err
}

// Visit is one line of the register.
type Visit struct {
	Visit     string     `json:"visit"`
	Area      string     `json:"area"`
	Person    string     `json:"person"`
	Name      string     `json:"name"`
	Visitor   bool       `json:"visitor"`
	Purpose   string     `json:"purpose"`
	Entered   time.Time  `json:"entered"`
	EnteredBy string     `json:"entered_by"`
	Left      *time.Time `json:"left"`
	LeftBy    string     `json:"left_by"`
	How       string     `json:"how"`
	Inside    bool       `json:"inside"`
	Seconds   float64    `json:"seconds"`
}

// Register reads the register of a station, the latest entered first.
func (a API) Register(ctx context.Context, station string) ([]Visit, error) {
	var body struct {
		Visits []Visit `json:"visits"`
	}
	err := a.Get(ctx, "/api/v1/register?station="+url.QueryEscape(station), &body)
	return body.Visits, err
}
