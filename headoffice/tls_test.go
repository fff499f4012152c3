package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/configs"
	"stationkeeper/internal/endpoint"
)

// mustCertificate writes a certificate for 127.0.0.1 that signs itself, and its key.
func mustCertificate(t *testing.T) (files endpoint.TLSFiles, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, bytes []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	files = endpoint.TLSFiles{Cert: write("crt", "CERTIFICATE", der), Key: write("key", "PRIVATE KEY", secret)}
	roots = x509.NewCertPool()
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(certificate)
	return files, roots
}

// What the configuration says of certificates holds for both listeners, also the demand for one of the client's.
func TestCertificates(t *testing.T) {
	files, roots := mustCertificate(t)
	own, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		t.Fatal(err)
	}
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
