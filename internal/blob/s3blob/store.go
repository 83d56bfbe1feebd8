package s3blob

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

const (
	// minPartBytes is the least that S3 takes as a part which is not the last one.
	minPartBytes = 5 << 20
	// defaultPartBytes times maxParts is the largest object of unknown length: 167 GB.
	defaultPartBytes = 16 << 20
	// maxParts is how many parts S3 takes for one object.
	maxParts = 10_000
	// defaultPage is the most keys that S3 names in one answer.
	defaultPage = 1000
)

// Bucket says where the objects lie and who may reach them. All fields but Prefix and Region are required.
type Bucket struct {
	Endpoint  string // URL of the service, for example https://s3.eu-central-1.amazonaws.com
	Region    string // "" is us-east-1
	Name      string // of the bucket, which must exist
	Prefix    string // what all keys begin with, for example "matinee/"; "" for the whole bucket
	PathStyle bool   // the bucket is named in the path and not in the host, as most self-hosted services want it
	AccessKey string
	SecretKey string
}

// Options are the optional parts of a Store. The zero value works.
type Options struct {
	// Transport sends the requests. nil is a transport with the client's usual bounds.
	Transport http.RoundTripper
	// PartBytes is the size of a part of a large object, and what each put holds in memory. 0 is 16 MiB; S3 takes no less than 5.
	PartBytes int
	// PageKeys is how many keys one request lists. 0 is 1000, the most that S3 answers.
	PageKeys int
}

// Store is a blob store in a bucket. It is safe for concurrent use.
type Store struct {
	core   minio.Core
	bucket string
	prefix string
	o      Options
}

var _ blob.Store = (*Store)(nil)

// Open returns the store in the bucket after asking for the bucket. A bucket that is missing, or that the keys do not open, is an
// error that says so.
func Open(ctx context.Context, b Bucket, o Options) (*Store, error) {
	client, err := connect(b, o)
	if err != nil {
		return nil, err
	}
	found, err := client.BucketExists(ctx, b.Name)
	if err != nil {
		return nil, fmt.Errorf("ask %s for the bucket %s: %w", b.Endpoint, b.Name, err)
	}
	if !found {
		return nil, fmt.Errorf("%s has no bucket %s: make it first", b.Endpoint, b.Name)
	}
	if o.PartBytes == 0 {
		o.PartBytes = defaultPartBytes
	}
	if o.PageKeys == 0 {
		o.PageKeys = defaultPage
	}
	return &Store{core: minio.Core{Client: client}, bucket: b.Name, prefix: b.Prefix, o: o}, nil
}

// check returns an error that says what is wrong with a setting.
func (b Bucket) check() (endpoint *url.URL, err error) {
	endpoint, err = url.Parse(b.Endpoint)
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" || strings.Trim(endpoint.Path, "/") != "" {
		return nil, fmt.Errorf("%q is not the address of an object store, for example https://s3.eu-central-1.amazonaws.com", b.Endpoint)
	}
	if b.Name == "" || b.AccessKey == "" || b.SecretKey == "" {
		return nil, errors.New("an object store needs the name of a bucket, an access key and a secret key")
	}
	if b.Prefix != "" && blob.CheckPrefix(b.Prefix) != nil {
		return nil, fmt.Errorf("the prefix %q is not a path that ends with a slash, for example media/", b.Prefix)
	}
	return endpoint, nil
}

// connect makes a client. It sends nothing.
func connect(b Bucket, o Options) (*minio.Client, error) {
	endpoint, err := b.check()
	if err != nil {
		return nil, err
	}
	if o.PartBytes != 0 && o.PartBytes < minPartBytes {
		return nil, fmt.Errorf("a part of %d bytes is smaller than the %d that S3 takes", o.PartBytes, minPartBytes)
	}
	region := b.Region
	if region == "" {
		region = "us-east-1" // named, since the client would ask the service for it before its first request
	}
	lookup := minio.BucketLookupDNS
	if b.PathStyle {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""), Secure: endpoint.Scheme == "https",
		Region: region, BucketLookup: lookup, Transport: o.Transport,
	})
	if err != nil {
		return nil, fmt.Errorf("make a client of %s: %w", b.Endpoint, err)
	}
	return client, nil
}

// name is what the bucket calls the object.
func (s *Store) name(key string) string { return s.prefix + key }

// Stat implements blob.Store.
func (s *Store) Stat(ctx context.Context, key string) (blob.Info, error) {
	if err := blob.CheckKey(key); err != nil {
		return blob.Info{}, err
	}
	facts, err := s.core.StatObject(ctx, s.bucket, s.name(key), minio.StatObjectOptions{})
	if err != nil {
		return blob.Info{}, translate(err, key)
	}
	return infoOf(key, facts), nil
}

func infoOf(key string, facts minio.ObjectInfo) blob.Info {
	return blob.Info{Key: key, SizeBytes: facts.Size, ModTime: facts.LastModified}
}

// The codes of S3's errors that mean something here.
const (
	codeNoSuchKey     = "NoSuchKey"
	codePrecondition  = "PreconditionFailed"
	codeConflict      = "ConditionalRequestConflict"
	codeNoSuchUpload  = "NoSuchUpload"
	codeNotFound      = "NotFound" // some services answer a HEAD so
	codeStorageFull   = "XMinioStorageFull"
	codeQuotaExceeded = "QuotaExceeded"
)

// translate turns an error of the service into a kind, by its code.
func translate(err error, key string) error {
	if err == nil {
		return nil
	}
	answer := minio.ToErrorResponse(err)
	switch answer.Code {
	case codeNoSuchKey, codeNotFound:
		return errs.Missing("object")
	case codePrecondition:
		return errs.New(errs.Conflict, "object_changed", "The object was replaced while it was read.")
	case codeStorageFull, codeQuotaExceeded:
		return noSpace()
	}
	if answer.StatusCode == http.StatusInsufficientStorage {
		return noSpace()
	}
	return fmt.Errorf("object %s: %w", key, err)
}

func noSpace() error {
	return errs.New(errs.NoSpace, "no_space", "The object store that keeps the media is full.")
}
