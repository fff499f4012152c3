package watch

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stationkeeper/headoffice/actors"
	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// Actors know who may act.
type Actors interface {
	// Who returns the name of the one whose token it is.
	Who(ctx context.Context, token string) (string, error)
}

// actsKeeper keeps what people ask of nodes, and tells what came of it.
type actsKeeper interface {
	Desire(ctx context.Context, key store.NodeKey, documents map[string]json.RawMessage, before int64, by string, now time.Time) (record.Desired, error)
	Desired(ctx context.Context, key store.NodeKey, version uint64) (record.Desired, error)
	DesiredVersions(ctx context.Context, key store.NodeKey, before uint64, limit int) ([]record.Desired, error)
	// Configuration wraps store.ErrNotFound when the node was never heard of.
	Configuration(ctx context.Context, key store.NodeKey) (store.Configuration, error)
	Command(ctx context.Context, key store.NodeKey, c record.Command) (store.Order, error)
	Order(ctx context.Context, key store.NodeKey, id string) (store.Order, error)
	Orders(ctx context.Context, station, node string, limit int) ([]store.Order, error)
	// OpenOrders returns the commands of which nothing has come yet.
	OpenOrders(ctx context.Context) ([]store.Order, error)
}

// bearer is the scheme by which those who act say who they are.
const bearer = "bearer"

// nodePath is where what is about one node begins.
const nodePath = "/stations/{station}/nodes/{node}"

func (w *watch) handleActs(api huma.API) {
	api.OpenAPI().Components.SecuritySchemes = map[string]*huma.SecurityScheme{bearer: {Type: "http", Scheme: "bearer",
		Description: "A token from head office's act_tokens_file. The name beside it is kept with every act."}}
	huma.Register(api, operation("get-config", nodePath+"/config",
		"What a node is to go by, and what it says it goes by", http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden), w.getConfig)
	huma.Register(api, act(http.MethodPut, "put-config", nodePath+"/config",
		"Give a node documents to go by: all of them at once, in place of those before", http.StatusOK, http.StatusConflict), w.putConfig)
	huma.Register(api, operation("list-config-versions", nodePath+"/config/versions",
		"Who gave the node which documents, the latest first", http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden), w.listVersions)
	huma.Register(api, operation("get-config-version", nodePath+"/config/versions/{version}",
		"One version of the documents", http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden), w.getVersion)
	huma.Register(api, act(http.MethodPost, "give-command", nodePath+"/commands",
		"Give a node a command. It is sent whenever the node is connected, until an answer comes or it expires", http.StatusAccepted), w.giveCommand)
	huma.Register(api, operation("list-commands", nodePath+"/commands",
		"Commands given to a node, the latest first", http.StatusNotFound), w.listCommands)
	huma.Register(api, operation("get-command", nodePath+"/commands/{id}",
		"One command and what came of it", http.StatusNotFound), w.getCommand)
}

// act describes an operation that changes something.
func act(method, id, path, summary string, status int, errors ...int) huma.Operation {
	o := operation(id, path, summary, append(errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound)...)
	o.Method, o.DefaultStatus = method, status
	o.Security = []map[string][]string{{bearer: {}}}
	return o
}

// Actor is what every act carries.
type Actor struct {
	Authorization string `header:"Authorization" doc:"Bearer and a token of act_tokens_file."`

	from string // the address it comes from
}

// Resolve implements huma.Resolver.
func (a *Actor) Resolve(ctx huma.Context) []error {
	a.from = ctx.RemoteAddr()
	return nil
}

const howToAct = "nobody may act here: give headoffice a file with lines of name:token as act_tokens_file in its configuration, readable by its user only, and start it again"

// who is the name of the one who acts, or the answer to one who may not.
func (w *watch) who(ctx context.Context, a Actor) (string, error) {
	if w.Actors == nil {
		return "", huma.Error403Forbidden(howToAct)
	}
	scheme, token, _ := strings.Cut(a.Authorization, " ")
	if !strings.EqualFold(scheme, bearer) || token == "" {
		return "", refuseActor("expected the header Authorization: Bearer and a token of act_tokens_file")
	}
	name, err := w.Actors.Who(ctx, strings.TrimSpace(token))
	if errors.Is(err, actors.ErrWrong) {
		w.Log.Warn("somebody tried to act with a token that is not known", "remote", a.from)
		return "", refuseActor("the token is not known")
	}
	return name, err
}

// mayAct reports whether a reader has a token. One that is wrong is refused; without one there is less to read.
func (w *watch) mayAct(ctx context.Context, a Actor) (bool, error) {
	if a.Authorization == "" {
		return false, nil
	}
	_, err := w.who(ctx, a)
	return err == nil, err
}

func refuseActor(why string) error {
	return huma.ErrorWithHeaders(huma.Error401Unauthorized(why), http.Header{"WWW-Authenticate": {"Bearer"}})
}

// NodeInput names a node. It has to be exported to be found where it is embedded.
type NodeInput struct {
	Station string `path:"station" doc:"Id of the station."`
	Node    string `path:"node" doc:"Id of the node."`
}

func (n NodeInput) key() store.NodeKey { return store.NodeKey{Station: n.Station, Node: n.Node} }

// explain is the answer to an error of the store.
func (w *watch) explain(what string, err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, store.ErrVersion):
		return huma.Error409Conflict(err.Error())
	case errors.Is(err, store.ErrQuery):
		return huma.Error422UnprocessableEntity(err.Error())
	}
	return w.failed(what, err)
}

type commandInput struct {
	NodeInput
	Actor
	Body struct {
		Verb      string  `json:"verb" minLength:"3" doc:"What to do: noun.verb, such as door.unlock."`
		Point     string  `json:"point,omitempty" doc:"What with, such as machine-room/door."`
		Arguments object  `json:"arguments,omitempty" doc:"What else there is to say; depends on the verb."`
		ExpiresIn float64 `json:"expires_in,omitempty" minimum:"1" maximum:"86400" default:"60" doc:"After how many seconds it is not to be carried out any more."`
	}
}

type commandBody struct {
	ID        string     `json:"id"`
	Station   string     `json:"station"`
	Node      string     `json:"node"`
	Verb      string     `json:"verb"`
	Point     string     `json:"point"`
	Arguments object     `json:"arguments"`
	By        string     `json:"by" doc:"Who gave it."`
	Issued    time.Time  `json:"issued"`
	Expires   time.Time  `json:"expires"`
	Sent      int        `json:"sent" doc:"How often it was sent. It is carried out once."`
	LastSent  *time.Time `json:"last_sent"`
	State     string     `json:"state" enum:"waiting,sent,done,refused,expired,failed" doc:"Waiting for the node to connect; sent and not answered; or what came of it."`
	Reason    string     `json:"reason,omitempty"`
	Decided   *time.Time `json:"decided" doc:"When that was; null while it is open."`
}

func spellOrder(o store.Order) commandBody {
	body := commandBody{ID: o.ID, Station: o.Station, Node: o.Node, Verb: o.Verb, Point: o.Point, Arguments: object(o.Arguments), By: o.By,
		Issued: o.Issued.UTC(), Expires: o.Expires.UTC(), Sent: o.Sent, LastSent: spellTime(o.LastSent), State: orderState(o),
		Reason: o.Reason, Decided: spellTime(o.Decided)}
	if len(body.Arguments) == 0 {
		body.Arguments = object(`{}`)
	}
	return body
}

// orderState is how a command stands.
func orderState(o store.Order) string {
	switch {
	case o.Outcome != "":
		return o.Outcome
	case o.Sent > 0:
		return "sent"
	}
	return "waiting"
}

func (w *watch) giveCommand(ctx context.Context, in *commandInput) (*answer[commandBody], error) {
	by, err := w.who(ctx, in.Actor)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	o, err := w.Store.Command(ctx, in.key(), record.Command{ID: newID(), Verb: in.Body.Verb, Point: in.Body.Point,
		Arguments: json.RawMessage(in.Body.Arguments), By: by, Issued: now,
		Expires: now.Add(time.Duration(in.Body.ExpiresIn * float64(time.Second)))})
	if err != nil {
		return nil, w.explain("keep command for "+in.Station+"/"+in.Node, err)
	}
	w.Log.Info("command given", "station", in.Station, "node", in.Node, "verb", o.Verb, "point", o.Point, "id", o.ID, "by", by)
	return &answer[commandBody]{spellOrder(o)}, nil
}

// newID makes the id of a command. Nobody can guess it.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

type commandsInput struct {
	NodeInput
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"50"`
}

type commandsBody struct {
	Commands []commandBody `json:"commands" nullable:"false"`
}

func (w *watch) listCommands(ctx context.Context, in *commandsInput) (*answer[commandsBody], error) {
	if _, err := w.Store.Configuration(ctx, in.key()); err != nil {
		return nil, w.explain("read commands of "+in.Station+"/"+in.Node, err)
	}
	orders, err := w.Store.Orders(ctx, in.Station, in.Node, in.Limit)
	if err != nil {
		return nil, w.explain("read commands of "+in.Station+"/"+in.Node, err)
	}
	body := commandsBody{Commands: make([]commandBody, len(orders))}
	for i, o := range orders {
		body.Commands[i] = spellOrder(o)
	}
	return &answer[commandsBody]{body}, nil
}

type oneCommandInput struct {
	NodeInput
	ID   string `path:"id" doc:"Id of the command."`
	Wait string `query:"wait" doc:"How long to wait for an outcome, such as 10s; at most 60s. Answers at once when left out."`
}

// longestWait bounds how long an answer is held back.
const longestWait = time.Minute

func (w *watch) getCommand(ctx context.Context, in *oneCommandInput) (*answer[commandBody], error) {
	var wait time.Duration
	if in.Wait != "" {
		var err error
		if wait, err = time.ParseDuration(in.Wait); err != nil || wait < 0 {
			return nil, huma.Error422UnprocessableEntity(fmt.Sprintf("wait %q: expected a duration such as 10s", in.Wait))
		}
	}
	o, err := w.awaitOrder(ctx, in.key(), in.ID, min(wait, longestWait))
	if err != nil {
		return nil, w.explain("read command "+in.ID, err)
	}
	return &answer[commandBody]{spellOrder(o)}, nil
}

// awaitOrder reads a command, when it has an outcome or the wait is over.
func (w *watch) awaitOrder(ctx context.Context, key store.NodeKey, id string, wait time.Duration) (store.Order, error) {
	changes, cancel := w.Store.Subscribe()
	defer cancel()
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		o, err := w.Store.Order(ctx, key, id)
		if err != nil || o.Outcome != "" {
			return o, err
		}
		if !changed(ctx, changes, over.C, key.Station) {
			return o, nil
		}
	}
}

// changed waits until something of a station has. It reports false when the time is over, the one who asked has gone or
// the store is closed.
func changed(ctx context.Context, changes <-chan store.Change, over <-chan time.Time, station string) bool {
	for {
		select {
		case c, open := <-changes:
			switch {
			case !open:
				return false
			case c.Station == station && (c.Kind == store.CommandsChanged || c.Kind == store.StationChanged):
				return true
			}
		case <-over:
			return false
		case <-ctx.Done():
			return false
		}
	}
}
