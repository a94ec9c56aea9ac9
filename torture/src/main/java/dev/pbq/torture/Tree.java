package dev.pbq.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything in a folder: files by their relative names, with contents but for {@link Incidentals};
 * links with their targets; folders.
 */
record Tree(Map<String, byte[]> entries) {
  private static final byte[] FOLDER = {'/'};

  static Tree of(Path root) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    if (!Files.exists(root)) {
      return new Tree(entries);
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (!folder.equals(root)) {
              entries.put(root.relativize(folder).toString(), FOLDER);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            byte[] contents =
                attributes.isSymbolicLink()
                    ? ("-> " + Files.readSymbolicLink(file)).getBytes(StandardCharsets.UTF_8)
                    : Files.readAllBytes(file);
            String name = file.getFileName().toString();
            entries.put(root.relativize(file).toString(), Incidentals.without(name, contents));
            return FileVisitResult.CONTINUE;
          }

          /** What a process that is ending removes meanwhile is not there. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    return new Tree(entries);
  }

  /** What is at or below a relative name. */
  Tree below(String name) {
    Map<String, byte[]> part = new TreeMap<>();
    entries.forEach(
        (key, value) -> {
          if (key.equals(name) || key.startsWith(name + "/")) {
            part.put(key, value);
          }
        });
    return new Tree(part);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** What differs from another, in words; empty if nothing does. */
  List<String> differences(Tree expected) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(entries.keySet());
    names.addAll(expected.entries.keySet());
    for (String name : names) {
      byte[] here = entries.get(name);
      byte[] there = expected.entries.get(name);
      if (there == null) {
        differences.add(name + " is left over");
      } else if (here == null) {
        differences.add(name + " is missing");
      } else if (!Arrays.equals(here, there)) {
        differences.add(name + " differs");
      }
    }
    return differences;
  }

  /** How many entries there are at the first level, and in all, for people. */
  String summary() {
    List<String> top = entries.keySet().stream().filter(name -> !name.contains("/")).toList();
    return top.isEmpty() ? "nothing" : String.join(" ", top) + " (" + entries.size() + ")";
  }
}
