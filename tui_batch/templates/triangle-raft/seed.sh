# sh seed.sh N [FOLDER]: put the four files of the seed of size N into ./seed, from the folder if they are there;
# otherwise make it: a ring of N corner-sharing triangles, each with M in its middle and M-X of length 1.
n=$1 folder=$2
mkdir -p seed || exit 1
for from in "$folder/$n" "$folder"; do
    [ -n "$folder" ] || break
    if [ -r "$from/${n}_atoms.out" ] && [ -r "$from/${n}_units.out" ] && [ -r "$from/${n}_rings.out" ] &&
        [ -r "$from/${n}_connections.out" ]; then
        echo "seed $n: from $from"
        exec cp "$from/${n}_atoms.out" "$from/${n}_units.out" "$from/${n}_rings.out" "$from/${n}_connections.out" seed
    fi
done
echo "seed $n: made, a ring of $n triangles"
LC_ALL=C exec awk -v n="$n" '
function atom(element, bonds, distance, angle) {
    printf "%d  %d  %.6f  %.6f\n", element, bonds, distance * cos(angle), distance * sin(angle) > atoms
}
BEGIN {
    atoms = "seed/" n "_atoms.out"; units = "seed/" n "_units.out"
    rings = "seed/" n "_rings.out"; connections = "seed/" n "_connections.out"
    step = 8 * atan2(1, 1) / n               # from one triangle to the next
    half = sqrt(3) / 2                       # of the edge that a triangle turns to the middle of the ring
    middle = half * cos(step / 2) / sin(step / 2)
    for (i = 0; i < n; i++) atom(8, 4, half / sin(step / 2), (i - 0.5) * step)    # X between two triangles
    for (i = 0; i < n; i++) atom(8, 3, middle + 1.5, i * step)                    # X that points outwards
    for (i = 0; i < n; i++) atom(14, 3, middle + 0.5, i * step)                   # M
    for (i = 0; i < n; i++) {
        print 2 * n + i, i, (i + 1) % n, n + i > units
        printf "%d%s", i, i < n - 1 ? " " : "\n" > rings
    }
    print n > connections                    # triangles that touch, then rings that do
    for (i = 0; i < n; i++) print i, (i + 1) % n > connections
    print 0 > connections
}'
