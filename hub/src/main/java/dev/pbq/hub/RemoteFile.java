package dev.pbq.hub;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of a repository at one commit.
 *
 * @param path inside the repository, with slashes
 * @param size in bytes, where the hub gives it
 * @param sha256 of the contents, 64 hexadecimal digits: for files in large file storage
 * @param gitBlob its git object, 40 hexadecimal digits: for all others
 */
record RemoteFile(
    String path, OptionalLong size, Optional<String> sha256, Optional<String> gitBlob) {
  /**
   * The name of its blob in the cache; empty where only the answer to a request for the file gives
   * it.
   */
  Optional<String> etag() {
    return sha256.or(() -> gitBlob);
  }
}
