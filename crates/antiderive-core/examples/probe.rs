use antiderive_core::generate::*; use antiderive_core::recipe::Recipe; use antiderive_core::prefix::*;
fn main(){
  let n: usize = std::env::args().nth(1).map_or(20000, |s| s.parse().unwrap());
  let t=std::time::Instant::now();
  let b=generate(&Recipe::default(),0,n,1).unwrap();
  let s=t.elapsed().as_secs_f64();
  println!("{} in {s:.3}s = {:.0}/s", b.len(), b.len() as f64/s);
  println!("{:?}", REJECTS.iter().zip(b.rejects).collect::<Vec<_>>());
  println!("mean problem {:.1} solution {:.1}", b.problem_tokens.len() as f64/b.len() as f64, b.solution_tokens.len() as f64/b.len() as f64);
  let mut p=0;let mut q=0;
  for i in 0..8.min(b.len()) { let e=b.problem_ends[i] as usize; let f=b.solution_ends[i] as usize;
    let mut o=String::new(); join(&b.problem_tokens[p..e].iter().map(|t|Token(*t)).collect::<Vec<_>>(), &mut o); println!("P {o}");
    o.clear(); join(&b.solution_tokens[q..f].iter().map(|t|Token(*t)).collect::<Vec<_>>(), &mut o); println!("S {o}"); p=e;q=f; }
}
