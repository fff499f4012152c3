package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/configs"
	"stationkeeper/internal/endpoint/endpointtest"
)

// What the configuration says of certificates holds for both listeners, also the demand for one of the client's.
func TestCertificates(t *testing.T) {
	files := endpointtest.Certificate(t)
	own, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(own.Leaf)
	config := configs.HeadOffice{
		Data: t.TempDir(),
		HTTP: configs.Listener{Listen: "127.0.0.1:0", Cert: files.Cert, Key: files.Key},
		MQTT: configs.Listener{Listen: "127.0.0.1:0", Cert: files.Cert, Key: files.Key, ClientCA: files.Cert},
	}
	options, err := options(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := mustRun(t, options)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get("https://" + o.http + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for name, c := range map[string]struct {
		certificates []tls.Certificate
		ok           bool
	}{"with a certificate": {[]tls.Certificate{own}, true}, "without": {nil, false}} {
		client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("ssl://" + o.mqtt).SetConnectTimeout(hang).
			SetTLSConfig(&tls.Config{RootCAs: roots, Certificates: c.certificates}))
		token := client.Connect()
		if !token.WaitTimeout(hang) || (token.Error() == nil) != c.ok {
			t.Errorf("a client %s: %v", name, token.Error())
		}
		client.Disconnect(0)
	}
}
